package dev.epoch.api.resource;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.Author;
import dev.epoch.api.request.CreateCommit;
import dev.epoch.api.request.StageTables;
import dev.epoch.api.view.CommitView;
import dev.epoch.api.view.DiffView;
import dev.epoch.api.view.Done;
import dev.epoch.api.view.TableChangeView;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.CommitService;
import dev.epoch.gateway.LiveRepository;
import dev.epoch.gateway.LogService;
import dev.epoch.gateway.References;
import dev.epoch.model.ref.RevisionRange;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Commits and history. */
@Path(ApiPaths.PREFIX + "/commits")
@Tag(name = "Commits")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CommitsResource {
  private final ApiRequest request;
  private final Author author;

  CommitsResource(ApiRequest request, Author author) {
    this.request = request;
    this.author = author;
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = CommitView.class, responseCode = "201")
  @Operation(
      summary = "Commit uncommitted changes",
      description = "Those of the staged tables; of all tables if none is staged, or all is true.")
  public CommitView create(@NotNull @Valid CreateCommit body) {
    LiveRepository repository = request.repository();
    CommitService.Committed committed =
        request
            .server()
            .commits()
            .commit(
                repository,
                new CommitService.Request(
                    request.branchName(repository.state(), body.branch()),
                    body.message(),
                    author.of(request.actor(), body.authorName(), body.authorEmail()),
                    body.tables() == null ? List.of() : body.tables(),
                    Boolean.TRUE.equals(body.all()),
                    body.expectedHead()),
                request.caller());
    return CommitView.of(committed.state(), committed.commit());
  }

  @GET
  @Operation(summary = "History of a ref, newest first")
  public CommitView.Page list(
      @Parameter(description = "Branch, tag, commit id or prefix, HEAD, ref~n, a..b, a...b")
          @QueryParam("ref")
          String ref,
      @QueryParam("limit") Integer limit,
      @QueryParam("offset") Integer offset,
      @Parameter(description = "Made at or after") @QueryParam("since") Instant since,
      @Parameter(description = "Made at or before") @QueryParam("until") Instant until,
      @Parameter(description = "Part of name or e-mail address") @QueryParam("author")
          String authorPart,
      @Parameter(description = "That changed this table") @QueryParam("table") String table,
      @Parameter(description = "Of every branch and tag") @QueryParam("all") Boolean all) {
    RepositoryState state = request.state();
    Heads heads = heads(state, ref, Boolean.TRUE.equals(all));
    return CommitView.Page.of(
        state,
        LogService.log(
            state,
            heads.included(),
            heads.excluded(),
            new LogService.Filter(since, until, authorPart, table),
            Pages.offset(offset),
            Pages.limit(limit)));
  }

  private record Heads(List<CommitState> included, List<CommitState> excluded) {}

  private Heads heads(RepositoryState state, String ref, boolean all) {
    References references = request.references(state);
    if (all) {
      return new Heads(
          Stream.concat(
                  state.branches().byId().values().stream().map(state::head),
                  state.tags().byName().values().stream()
                      .map(tag -> state.commits().byId().get(tag.commit())))
              .toList(),
          List.of());
    }
    if (!RevisionRange.isRange(ref)) {
      return new Heads(List.of(references.commit(ref)), List.of());
    }
    RevisionRange range = RevisionRange.parse(ref);
    CommitState from = references.commit(range.from().toString());
    CommitState to = references.commit(range.to().toString());
    if (!range.symmetric()) {
      return new Heads(List.of(to), List.of(from));
    }
    List<CommitState> common =
        request.server().branches().compare(state, from, to).mergeBase().stream().toList();
    return new Heads(List.of(from, to), common);
  }

  @GET
  @Path("diff")
  @Operation(
      summary = "What differs between two states, table by table",
      description =
          "base is the first parent of target unless given, target is HEAD. With working=true target is a branch with its uncommitted changes, and base its head.")
  public DiffView diff(
      @QueryParam("base") String base,
      @QueryParam("target") String target,
      @QueryParam("working") Boolean working) {
    RepositoryState state = request.state();
    Comparison compared = Comparison.of(request, state, base, target, working);
    return DiffView.of(
        CommitView.idOf(compared.baseCommit()),
        CommitView.idOf(compared.targetCommit()),
        TableChangeView.between(
            compared.base(),
            compared.target(),
            request.server().diffs().summary(compared.base(), compared.target())));
  }

  @GET
  @Path("{ref}")
  @Operation(summary = "Get a commit by id, prefix, branch or any other ref")
  public CommitView get(@PathParam("ref") String ref) {
    RepositoryState state = request.state();
    return CommitView.of(state, request.references(state).commit(ref));
  }

  @POST
  @Path("stage")
  @Operation(summary = "Choose all changed tables for the next commit")
  public Done.Staged stage(@Valid StageTables body) {
    return Staging.stage(request, body);
  }

  @POST
  @Path("unstage")
  @Operation(summary = "Take all tables out of the choice")
  public Done.Staged unstage(@Valid StageTables body) {
    return Staging.unstage(request, body);
  }
}
