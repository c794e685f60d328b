package dev.epoch.catalog.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The short way to commit what is staged on a branch. */
@Path("/databases/{db_id}/branches/{branch_id}/commit")
@Tag(name = "Catalog: working commit")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CommitNowResource {
  private final WorkingCommitResource working;

  CommitNowResource(CatalogRequest request) {
    this.working = new WorkingCommitResource(request);
  }

  @POST
  @Operation(summary = "Commit all that is staged on the branch")
  public Response commit(
      @PathParam("db_id") String database, @PathParam("branch_id") String branch, JsonNode body) {
    return working.commit(body);
  }
}
