package dev.epoch.api.commit;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Done;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.model.schema.object.ObjectId;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Uncommitted work of a branch: what there is, and what of it the next commit takes. */
@Path(ApiPaths.PREFIX)
@Tag(name = "Working set")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class WorkingSetResource {
  private final ApiRequest request;

  WorkingSetResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Path("status")
  @Operation(summary = "Uncommitted changes of a branch, table by table")
  public StatusView status(@QueryParam("branch") String branch) {
    RepositoryState state = request.state();
    BranchState at = request.branch(state, branch);
    return StatusView.of(
        state,
        at,
        request.server().workingSets().changes(state, at),
        request.server().workingSets().untracked(state, at),
        request.server().schemas().unrecorded(state, at).stream().map(ObjectId::toString).toList(),
        UncapturedView.list(request.server().captures().uncaptured(state, at)));
  }

  @POST
  @Path("stage")
  @Operation(
      summary = "Choose tables for the next commit",
      description = "All changed ones if none is named.")
  public Done.Staged stage(@Valid StageTables body) {
    return Staging.stage(request, body);
  }

  @POST
  @Path("unstage")
  @Operation(
      summary = "Take tables out of the choice",
      description = "All of them if none is named.")
  public Done.Staged unstage(@Valid StageTables body) {
    return Staging.unstage(request, body);
  }
}
