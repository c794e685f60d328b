package dev.epoch.api.branch;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.commit.CommitView;
import dev.epoch.api.commit.HistoryReader;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.branch.BranchService;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.StepResult;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
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
import java.time.Instant;
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
public class BranchesResource {
  private final ApiRequest request;
  private final HistoryReader history;

  BranchesResource(ApiRequest request, HistoryReader history) {
    this.request = request;
    this.history = history;
  }

  @GET
  @Operation(summary = "List branches, and the one that whoever asks works on")
  public Uni<BranchView.Listing> list() {
    RepositoryState state = request.repository().state();
    return history
        .view(request)
        .chain(view ->
            Uni.combine()
                .all()
                .unis(view.reads().branches(view.repository()), view.current())
                .with((branches, current) ->
                    new BranchView.Listing(
                        branches.stream().map(branch -> BranchView.of(state, branch)).toList(),
                        current.name())));
  }

  @POST
  @RunOnVirtualThread
  @ResponseStatus(201)
  @APIResponseSchema(value = BranchView.class, responseCode = "201")
  @Operation(
      summary = "Create a branch",
      description = "Copies nothing. It becomes the current branch unless checkout is false.")
  public BranchView create(@NotNull @Valid CreateBranch body) {
    StepResult created =
        request
            .server()
            .branches()
            .create(
                request.repository(),
                new BranchService.NewBranch(
                    body.name(),
                    body.startPoint(),
                    body.checkout() == null || body.checkout(),
                    TimeToLive.from(Instant.now(), body.ttl(), body.expireWork()),
                    body.ownSequences(),
                    Boolean.TRUE.equals(body.schemaOnly())),
                request.caller());
    return BranchView.created(created, body.name());
  }

  @GET
  @Path("compare")
  @Operation(summary = "How two branches diverged")
  public Uni<BranchView.Comparison> compare(
      @Parameter(required = true) @QueryParam("source") @NotNull String source,
      @Parameter(required = true) @QueryParam("target") @NotNull String target) {
    return history
        .view(request)
        .chain(view ->
            view.position(source)
                .chain(from -> view.position(target).chain(to -> view.compare(from, to))))
        .map(found ->
            new BranchView.Comparison(
                source, target, found.ahead(), found.behind(), found.behind() == 0, found.base()));
  }

  @GET
  @Path("{name}")
  @Operation(summary = "Get a branch and how it stands against the default branch")
  public Uni<BranchView.Info> get(@PathParam("name") String name) {
    RepositoryState state = request.repository().state();
    return history.view(request).chain(view -> BranchInfo.of(state, view, name));
  }

  @PATCH
  @RunOnVirtualThread
  @Path("{name}")
  @Operation(
      summary = "Rename or protect a branch, or let it expire",
      description =
          "A protection holds for all branches whose names match the pattern in the place of the name, now and later; of several the strictest counts.")
  public BranchView change(@PathParam("name") String name, @NotNull @Valid ChangeBranch body) {
    if (body.ttl() != null || body.expireWork() != null) {
      return expire(name, body);
    }
    if (body.protection() != null) {
      return protect(name, body);
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

  private BranchView expire(String name, ChangeBranch body) {
    if (body.name() != null || body.protection() != null) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "ttl", "Change one thing after the other"));
    }
    StepResult changed =
        request
            .server()
            .branches()
            .expire(
                request.repository(),
                name,
                TimeToLive.from(Instant.now(), body.ttl(), body.expireWork()),
                request.caller());
    return BranchView.of(changed.state(), References.branch(changed.state(), name));
  }

  private BranchView protect(String pattern, ChangeBranch body) {
    if (body.name() != null) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "name", "Rename and protect one after the other"));
    }
    StepResult changed =
        request
            .server()
            .branches()
            .protect(
                request.repository(), pattern, Protection.of(body.protection()), request.caller());
    return changed
        .state()
        .branch(pattern)
        .map(branch -> BranchView.of(changed.state(), branch))
        .orElseGet(() ->
            new BranchView(
                pattern,
                null,
                changed.state().profile().protections().containsKey(pattern),
                null,
                false,
                null,
                false,
                false));
  }

  @DELETE
  @RunOnVirtualThread
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
  @RunOnVirtualThread
  @Path("{name}/checkout")
  @Operation(summary = "Work on a branch: requests that name none mean it from now on")
  public BranchView.CheckedOut checkout(@PathParam("name") String name) {
    LiveRepository repository = request.repository();
    BranchState branch = request.server().branches().checkout(repository, name, request.caller());
    return new BranchView.CheckedOut(
        "checked_out", branch.name(), CommitView.idOf(repository.state().head(branch)));
  }
}
