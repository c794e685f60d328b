package dev.epoch.api.commit;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Done;
import dev.epoch.api.diff.Comparison;
import dev.epoch.api.diff.DiffView;
import dev.epoch.api.diff.TableChangeView;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.Pages;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.projections.history.HistoryReads;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
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
public class CommitsResource {
  private final ApiRequest request;
  private final Author author;
  private final HistoryReader history;
  private final CommitLog log;

  CommitsResource(ApiRequest request, Author author, HistoryReader history, CommitLog log) {
    this.request = request;
    this.author = author;
    this.history = history;
    this.log = log;
  }

  @POST
  @RunOnVirtualThread
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
                    author.of(request, body.authorName(), body.authorEmail()),
                    body.tables() == null ? List.of() : body.tables(),
                    Boolean.TRUE.equals(body.all()),
                    body.expectedHead(),
                    schema(body)),
                request.caller());
    return CommitView.of(committed.state(), committed.commit());
  }

  private static CommitService.Schema schema(CreateCommit body) {
    if (!Boolean.TRUE.equals(body.schemaOnly())) {
      return Boolean.TRUE.equals(body.includeSchema())
          ? CommitService.Schema.INCLUDED
          : CommitService.Schema.LEFT_OUT;
    }
    if (Boolean.TRUE.equals(body.all()) || body.tables() != null && !body.tables().isEmpty()) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error", "schema_only", "A commit of the schema alone takes no records"),
          "Leave out tables and all");
    }
    return CommitService.Schema.ONLY;
  }

  @GET
  @Operation(summary = "History of a ref, newest first")
  @APIResponseSchema(value = CommitView.Page.class, responseCode = "200")
  public Uni<byte[]> list(
      @Parameter(description = "Branch, tag, commit id or prefix, HEAD, ref~n, a..b, a...b")
          @QueryParam("ref")
          String ref,
      @QueryParam("limit") Integer limit,
      @QueryParam("offset") Integer offset,
      @Parameter(description = "Made at or after") @QueryParam("since") Instant since,
      @Parameter(description = "Made at or before") @QueryParam("until") Instant until,
      @Parameter(description = "Part of name or e-mail address") @QueryParam("author")
          String authorPart,
      @Parameter(description = "Part of name or e-mail address of who asked for it")
          @QueryParam("committer")
          String committerPart,
      @Parameter(description = "Id of who asked for it") @QueryParam("actor") String actor,
      @Parameter(description = "That changed this table") @QueryParam("table") String table,
      @Parameter(description = "Of every branch and tag") @QueryParam("all") Boolean all) {
    HistoryReads.Filter filter =
        new HistoryReads.Filter(since, until, authorPart, committerPart, actor, table);
    int from = Pages.offset(offset);
    int most = Pages.limit(limit);
    return history
        .view(request)
        .chain(view -> log.page(view, ref, Boolean.TRUE.equals(all), filter, from, most));
  }

  @GET
  @RunOnVirtualThread
  @Path("diff")
  @Operation(
      summary = "What differs between two states, table by table",
      description =
          "base is the first parent of target unless given, target is HEAD. With working=true target is a branch with its uncommitted changes, and base its head. Where one of them is a schema-only branch, schemas alone are compared.")
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
            compared.base(), compared.target(), compared.tables(request.server().diffs())),
        compared.schemaOnly());
  }

  @GET
  @Path("{ref}")
  @Operation(summary = "Get a commit by id, prefix, branch or any other ref")
  public Uni<CommitView> get(@PathParam("ref") String ref) {
    LiveRepository repository = request.repository();
    return history
        .view(request)
        .chain(view -> view.commit(ref))
        .map(commit -> CommitView.of(commit).withSchemas(repository.state()));
  }

  @POST
  @RunOnVirtualThread
  @Path("stage")
  @Operation(summary = "Choose all changed tables for the next commit")
  public Done.Staged stage(@Valid StageTables body) {
    return Staging.stage(request, body);
  }

  @POST
  @RunOnVirtualThread
  @Path("unstage")
  @Operation(summary = "Take all tables out of the choice")
  public Done.Staged unstage(@Valid StageTables body) {
    return Staging.unstage(request, body);
  }
}
