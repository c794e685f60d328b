package dev.epoch.api.commit;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Done;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.storage.record.WriteResult;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Uncommitted changes that are put away, and made again later. */
@Path(ApiPaths.PREFIX + "/stashes")
@Tag(name = "History")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class StashesResource {
  private static final Stashing NOTHING_SAID = new Stashing(null, null);

  private final ApiRequest request;

  StashesResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "List the stashes of a branch, the latest first")
  public StashView.Listing list(@QueryParam("branch") String branch) {
    RepositoryState state = request.state();
    var found = request.branch(state, branch);
    return new StashView.Listing(
        request.server().stashes().list(state, found).stream()
            .map(stash -> StashView.of(found.name(), stash))
            .toList());
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = StashView.class, responseCode = "201")
  @Operation(
      summary = "Put the uncommitted changes of a branch away",
      description = "The branch, on the default branch the live tables, is as its head says then.")
  public StashView push(@Valid Stashing given) {
    Stashing body = given == null ? NOTHING_SAID : given;
    String branch = branch(body.branch());
    return StashView.of(
        branch,
        request
            .server()
            .stashes()
            .push(request.repository(), branch, body.message(), request.caller()));
  }

  @POST
  @Path("{number}/apply")
  @Operation(
      summary = "Make the changes of a stash again, as uncommitted ones",
      description = "Refused, with the records, where they are not as they were.")
  public Done.Written apply(@PathParam("number") int number, @Valid Stashing body) {
    String branch = branch(body);
    return written(
        request.server().stashes().apply(request.repository(), branch, number, request.caller()));
  }

  @POST
  @Path("{number}/pop")
  @Operation(summary = "Make the changes of a stash again, and forget it")
  public Done.Written pop(@PathParam("number") int number, @Valid Stashing body) {
    String branch = branch(body);
    return written(
        request.server().stashes().pop(request.repository(), branch, number, request.caller()));
  }

  @DELETE
  @Path("{number}")
  @Operation(summary = "Forget a stash")
  public Done.Status drop(@PathParam("number") int number, @QueryParam("branch") String branch) {
    request.server().stashes().drop(request.repository(), branch(branch), number, request.caller());
    return Done.Status.of("dropped");
  }

  private String branch(Stashing body) {
    if (body != null && body.message() != null) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "message", "A stash has its message from the start"));
    }
    return branch(body == null ? null : body.branch());
  }

  private String branch(String name) {
    return request.branchName(request.state(), name);
  }

  private static Done.Written written(WriteResult result) {
    return new Done.Written(
        result.inserted(), result.updated(), result.deleted(), result.unchanged());
  }
}
