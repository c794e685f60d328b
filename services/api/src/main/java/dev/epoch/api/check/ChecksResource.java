package dev.epoch.api.check;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CheckState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.command.AddCheckV1;
import dev.epoch.gateway.check.CheckService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.SchemaOnly;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Checks: queries that must return no rows in what a commit or merge leaves. */
@Path(ApiPaths.PREFIX + "/checks")
@Tag(name = "Checks")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ChecksResource {
  private static final List<String> USUAL = List.of("commit", "merge");
  private static final int USUAL_ROWS = 10;
  private static final RunChecks ALL = new RunChecks(null, null, null);

  private final ApiRequest request;

  ChecksResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "List checks, by name")
  public CheckView.Listing list() {
    return new CheckView.Listing(
        request.state().profile().checks().values().stream()
            .sorted(Comparator.comparing(CheckState::name))
            .map(CheckView::of)
            .toList());
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = CheckView.class, responseCode = "201")
  @Operation(
      summary = "Let a query decide about commits and merges",
      description =
          "It runs in the transaction of the commit or merge, on what that leaves. If it returns rows, or cannot be run within 10 seconds, nothing is done: 422 CheckFailedError with the first rows.")
  public CheckView add(@NotNull @Valid AddCheck body) {
    LiveRepository repository = request.repository();
    RepositoryState state = repository.state();
    AddCheckV1 command =
        new AddCheckV1(
            body.name(),
            body.sql(),
            body.tables(),
            body.branches(),
            body.on() == null ? USUAL : body.on());
    return CheckView.of(
        request
            .server()
            .checks()
            .add(
                repository,
                command,
                request.server().reads().working(state, state.defaultBranch()),
                request.caller()));
  }

  @GET
  @Path("{name}")
  @Operation(summary = "Get a check")
  public CheckView get(@PathParam("name") String name) {
    return CheckView.of(CheckService.named(request.state(), name));
  }

  @DELETE
  @Path("{name}")
  @Operation(summary = "Remove a check")
  public void remove(@PathParam("name") String name) {
    request.server().checks().remove(request.repository(), name, request.caller());
  }

  @POST
  @Path("run")
  @Operation(summary = "Run checks", description = "Changes nothing, and refuses nothing.")
  public CheckView.Results run(@Valid RunChecks given) {
    RunChecks body = given == null ? ALL : given;
    RepositoryState state = request.state();
    return CheckView.Results.of(
        request
            .server()
            .checks()
            .run(
                snapshot(state, body.ref()),
                body.names() == null ? List.of() : body.names(),
                body.limit() == null ? USUAL_ROWS : body.limit()));
  }

  private Snapshot snapshot(RepositoryState state, String ref) {
    if (ref == null || ref.equals("HEAD") || state.branch(ref).isPresent()) {
      BranchState branch = request.branch(state, ref);
      SchemaOnly.requireRows(branch);
      return request.server().reads().working(state, branch);
    }
    CommitState commit = request.references(state).commit(ref);
    return Snapshot.of(state, commit, ref).withoutRemoved();
  }
}
