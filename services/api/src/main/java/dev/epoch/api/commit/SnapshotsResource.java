package dev.epoch.api.commit;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.RepositoryState;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What a state of the repository holds. */
@Path(ApiPaths.PREFIX + "/snapshots")
@Tag(name = "Snapshots")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SnapshotsResource {
  private final ApiRequest request;

  SnapshotsResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(
      summary = "Tables of a state, with counts and hashes",
      description =
          "At a ref; or as the default branch stood at a version of the repository's stream.")
  public SnapshotView get(@QueryParam("ref") String ref, @QueryParam("version") Long version) {
    RepositoryState state = request.state();
    if (version == null) {
      return SnapshotView.of(request.references(state).commit(ref));
    }
    if (ref != null) {
      throw new InvalidRequestException(
          FieldProblem.query("value_error", "version", "Give either ref or version"));
    }
    return SnapshotView.of(Snapshots.commitAt(state, version));
  }
}
