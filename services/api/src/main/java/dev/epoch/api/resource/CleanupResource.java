package dev.epoch.api.resource;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.gateway.storage.CleanupService;
import dev.epoch.gateway.stream.LiveRepository;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Takes back what deleted branches and removed tables left behind. */
@Path(ApiPaths.PREFIX + "/admin/cleanup")
@Tag(name = "Administration")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CleanupResource {
  private final ApiRequest request;

  CleanupResource(ApiRequest request) {
    this.request = request;
  }

  /**
   * @param dryRun whether only to tell
   */
  public record Cleanup(boolean dryRun) {}

  /**
   * @param branches ids of deleted branches whose rows are gone, or would be
   * @param tables names of removed tables of which nothing is kept any more, or would be
   */
  public record Cleaned(
      String repository, boolean dryRun, List<String> branches, List<String> tables) {}

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary =
          "Drop the rows of deleted branches and removed tables that no commit of a branch refers to",
      description = "Commits that no branch reaches cannot be read afterwards.")
  public Cleaned clean(@QueryParam("repository") String repository, Cleanup body) {
    LiveRepository live = request.repository(repository);
    boolean dryRun = body != null && body.dryRun();
    CleanupService.Cleaned cleaned = request.server().cleanups().cleanup(live, dryRun);
    return new Cleaned(live.name(), dryRun, cleaned.branches(), cleaned.tables());
  }
}
