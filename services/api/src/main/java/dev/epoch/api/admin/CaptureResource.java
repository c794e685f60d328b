package dev.epoch.api.admin;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.commit.UncapturedView;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.gateway.stream.LiveRepository;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Tables whose capture was off. */
@Path(ApiPaths.PREFIX + "/admin/capture")
@Tag(name = "Administration")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CaptureResource {
  private final ApiRequest request;

  CaptureResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(
      summary = "Tables whose changes may not have been captured",
      description = "Of every repository, unless one is named. Asks their databases.")
  public UncapturedView.Listing get(@QueryParam("repository") String repository) {
    List<LiveRepository> repositories =
        repository == null
            ? request.server().repositories().list()
            : List.of(request.repository(repository));
    return new UncapturedView.Listing(
        repositories.stream()
            .flatMap(found ->
                UncapturedView.list(request.server().captures().uncaptured(found.state())).stream())
            .toList());
  }
}
