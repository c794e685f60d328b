package dev.epoch.api.resource;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.ChangeBranch;
import dev.epoch.api.request.CreateBranch;
import dev.epoch.api.view.BranchView;
import dev.epoch.api.view.CommitView;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.BranchService;
import dev.epoch.gateway.LiveRepository;
import dev.epoch.gateway.LogService;
import dev.epoch.gateway.References;
import dev.epoch.gateway.StepResult;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Branches. Their names are URL-encoded in paths: {@code feature%2Fx}. */
@Path(ApiPaths.PREFIX + "/branches")
@Tag(name = "Branches")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class BranchesResource {
  private final ApiRequest request;

  BranchesResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "List branches, and the one that whoever asks works on")
  public BranchView.Listing list() {
    RepositoryState state = request.state();
    return new BranchView.Listing(
        state.branches().byId().values().stream()
            .sorted(Comparator.comparing(BranchState::name))
            .map(branch -> BranchView.of(state, branch))
            .toList(),
        request.branch(state, null).name());
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = BranchView.class, responseCode = "201")
  @Operation(
      summary = "Create a branch",
      description = "Copies nothing. It becomes the current branch unless checkout is false.")
  public BranchView create(@NotNull @Valid CreateBranch body) {
    if (body.ttl() != null) {
      throw notAvailable("ttl");
    }
    StepResult created =
        request
            .server()
            .branches()
            .create(
                request.repository(),
                body.name(),
                body.startPoint(),
                body.checkout() == null || body.checkout(),
                request.caller());
    return BranchView.created(created, body.name());
  }

  @GET
  @Path("compare")
  @Operation(summary = "How two branches diverged")
  public BranchView.Comparison compare(
      @Parameter(required = true) @QueryParam("source") @NotNull String source,
      @Parameter(required = true) @QueryParam("target") @NotNull String target) {
    RepositoryState state = request.state();
    References references = request.references(state);
    BranchService.Comparison comparison =
        request
            .server()
            .branches()
            .compare(state, references.commit(source), references.commit(target));
    return new BranchView.Comparison(
        source,
        target,
        comparison.ahead(),
        comparison.behind(),
        comparison.canFastForward(),
        comparison.mergeBase().map(CommitState::id).orElse(null));
  }

  @GET
  @Path("{name}")
  @Operation(summary = "Get a branch and how it stands against the default branch")
  public BranchView.Info get(@PathParam("name") String name) {
    RepositoryState state = request.state();
    BranchState branch = References.branch(state, name);
    CommitState head = state.head(branch);
    BranchService.Comparison comparison =
        request.server().branches().compare(state, head, state.head(state.defaultBranch()));
    int commits =
        LogService.log(state, List.of(head), List.of(), LogService.Filter.NONE, 0, 0).total();
    return new BranchView.Info(
        BranchView.of(state, branch),
        branch.id().equals(request.branch(state, null).id()),
        state.defaultBranch().name(),
        comparison.ahead(),
        comparison.behind(),
        commits,
        head.tree().size(),
        head.tree().values().stream().mapToLong(TableEntry::rowCount).sum(),
        branch.merge() != null);
  }

  @PATCH
  @Path("{name}")
  @Operation(summary = "Rename a branch")
  public BranchView change(@PathParam("name") String name, @NotNull @Valid ChangeBranch body) {
    if (body.protection() != null) {
      throw notAvailable("protection");
    }
    if (body.name() == null) {
      throw new InvalidRequestException(FieldProblem.body("missing", "name", "Give the new name"));
    }
    StepResult renamed =
        request
            .server()
            .branches()
            .rename(request.repository(), name, body.name(), request.caller());
    return BranchView.of(renamed.state(), References.branch(renamed.state(), body.name()));
  }

  @DELETE
  @Path("{name}")
  @Operation(
      summary = "Delete a branch",
      description = "One with commits or changes that are nowhere else needs force.")
  public void delete(@PathParam("name") String name, @QueryParam("force") Boolean force) {
    request
        .server()
        .branches()
        .delete(request.repository(), name, Boolean.TRUE.equals(force), request.caller());
  }

  @POST
  @Path("{name}/checkout")
  @Operation(summary = "Work on a branch: requests that name none mean it from now on")
  public BranchView.CheckedOut checkout(@PathParam("name") String name) {
    LiveRepository repository = request.repository();
    BranchState branch = request.server().branches().checkout(repository, name, request.caller());
    return new BranchView.CheckedOut(
        "checked_out", branch.name(), CommitView.idOf(repository.state().head(branch)));
  }

  private static InvalidRequestException notAvailable(String field) {
    return new InvalidRequestException(
        FieldProblem.body("not_available", field, "This is not available yet"));
  }
}
