package dev.epoch.api.branch;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How branches are protected. */
@Path(ApiPaths.PREFIX + "/protections")
@Tag(name = "Branches")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ProtectionsResource {
  private final ApiRequest request;

  ProtectionsResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(
      summary = "How branches are protected",
      description = "PATCH /branches/{name or pattern} changes it.")
  public ProtectionView.Listing protections() {
    return ProtectionView.Listing.of(request.state().profile().protections());
  }
}
