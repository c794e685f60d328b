package dev.epoch.api.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.commit.HistoryReader;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.NumberLimits;
import dev.epoch.api.request.Pages;
import dev.epoch.api.rows.RecordKeys;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.MergeState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ForgetResolutionsV1;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.merge.conflict.ConflictService;
import dev.epoch.gateway.merge.conflict.LearntResolutions;
import dev.epoch.gateway.merge.conflict.LearntResolutions.Learnt;
import dev.epoch.gateway.merge.conflict.OpenConflicts;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.table.TableService;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.ResolutionSelector;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.merge.rule.ConflictRule;
import dev.epoch.model.merge.rule.FittingRule;
import dev.epoch.model.row.RowKey;
import dev.epoch.projections.conflicts.ConflictReads;
import dev.epoch.projections.conflicts.ConflictsProjector;
import dev.epoch.projections.conflicts.LearntProjector;
import dev.epoch.projections.conflicts.LearntReads;
import dev.epoch.storage.ValueCodec;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Conflicts of open merges. */
@Path(ApiPaths.PREFIX + "/conflicts")
@Tag(name = "Merges")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ConflictsResource {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final ApiRequest request;
  private final HistoryReader history;
  private final ConflictReads conflicts;
  private final LearntReads learnt;

  ConflictsResource(
      ApiRequest request, HistoryReader history, ConflictReads conflicts, LearntReads learnt) {
    this.learnt = learnt;
    this.request = request;
    this.history = history;
    this.conflicts = conflicts;
  }

  @GET
  @Operation(summary = "Conflicts of the merge that is open on a branch")
  public ConflictPage list(
      @QueryParam("branch") String branch,
      @QueryParam("table") String table,
      @QueryParam("limit") Integer limit,
      @Parameter(description = "next of the page before") @QueryParam("after") String after) {
    int size = Pages.limit(limit);
    Optional<ConflictReads.OpenMerge> merge = open(branch).await().atMost(LONGEST);
    ConflictService.Page page =
        merge.map(open -> page(open, table, after, size)).orElse(ConflictService.NONE);
    RepositoryState state = request.repository().state();
    Map<String, Learnt> known = known(page);
    return new ConflictPage(
        page.conflicts().stream().map(status -> view(state, status, known)).toList(),
        page.total(),
        page.unresolved(),
        page.next());
  }

  /** Decisions about the conflicts of a page, made before. */
  private Map<String, Learnt> known(ConflictService.Page page) {
    LiveRepository repository = request.repository();
    Set<String> marks =
        page.conflicts().stream()
            .filter(status -> !status.resolved())
            .flatMap(status -> LearntResolutions.marks(status.conflict()).stream())
            .collect(Collectors.toSet());
    if (marks.isEmpty()) {
      return Map.of();
    }
    request.until(LearntProjector.NAME, repository).await().atMost(LONGEST);
    return LearntAnswers.in(learnt, repository.name()).of(marks);
  }

  /** The merge that is open on a branch. */
  private Uni<Optional<ConflictReads.OpenMerge>> open(String branch) {
    LiveRepository repository = request.repository();
    Uni<Void> ready = request.until(ConflictsProjector.NAME, repository);
    return history
        .view(request)
        .chain(
            view -> branch == null || branch.equals("HEAD") ? view.current() : view.branch(branch))
        .call(() -> ready)
        .chain(found -> conflicts.of(repository.name(), found.id()));
  }

  private ConflictService.Page page(
      ConflictReads.OpenMerge merge, String table, String after, int limit) {
    return request
        .server()
        .conflicts()
        .list(
            merge.conflictSet(),
            merge.decisions().stream().map(ConflictsResource::decision).toList(),
            merge.remaining(),
            table,
            after,
            limit);
  }

  private static Decision decision(ConflictReads.Decided decided) {
    return OpenConflicts.decision(
        decided.table(),
        decided.key(),
        decided.field(),
        decided.constraint(),
        decided.resolution(),
        decided.values(),
        decided.deleteRow());
  }

  @POST
  @Path("resolve")
  @Operation(
      summary = "Decide about conflicts",
      description =
          "All that the table, key, field and constraint given select. Later decisions win over"
              + " earlier ones.")
  public ConflictPage.Resolved resolve(@NotNull @Valid ResolveConflicts body) {
    if (body.value() != null) {
      NumberLimits.check(body.value(), "body", "value");
    }
    LiveRepository repository = request.repository();
    RepositoryState state = repository.state();
    String branch = request.branchName(state, body.branch());
    Optional<ConflictService.Settled> former =
        request.server().conflicts().former(state, request.caller());
    if (former.isPresent()) {
      return resolved(former.get());
    }
    boolean needsTable = ConflictResolution.needsTable(body);
    if (ConflictResolution.isLearnt(body)) {
      return asLearnt(repository, branch, body);
    }
    ResolveConflictsV1 decision =
        needsTable
            ? ofTable(state, References.branch(state, branch), body)
            : ConflictResolution.plain(body, branch);
    ConflictService.Settled resolved =
        request.server().conflicts().resolve(repository, decision, request.caller());
    return resolved(resolved);
  }

  private ConflictPage.Resolved asLearnt(
      LiveRepository repository, String branch, ResolveConflicts body) {
    RowKey key = null;
    if (body.key() != null) {
      RepositoryState state = repository.state();
      key = key(state, table(References.branch(state, branch).merge(), body), body.key());
    }
    return resolveAsLearnt(
            request,
            learnt,
            branch,
            new ResolutionSelector(body.table(), key, body.field(), body.constraint()))
        .map(ConflictsResource::resolved)
        .orElseThrow(() ->
            new RefusedException(
                Code.CONFLICT_NOT_FOUND,
                "No conflict of this merge that matches was decided before",
                Map.of("branch", branch, "remedy", "epoch conflicts show")));
  }

  /** Makes the decisions that are known; empty if there are none. */
  static Optional<ConflictService.Settled> resolveAsLearnt(
      ApiRequest request, LearntReads learnt, String branch, ResolutionSelector scope) {
    LiveRepository repository = request.repository();
    request.until(LearntProjector.NAME, repository).await().atMost(LONGEST);
    return request
        .server()
        .learnt()
        .resolve(
            repository,
            branch,
            scope,
            LearntAnswers.in(learnt, repository.name()),
            request.caller());
  }

  private RowKey key(RepositoryState state, String table, JsonNode key) {
    RegisteredTable registered = TableService.get(state, table);
    return new RecordKeys(registered.schema(), values(state, registered)).fromJson(key);
  }

  @POST
  @Path("forget")
  @Operation(
      summary = "Forget how conflicts were decided",
      description = "Decisions that the parameters select are offered no more.")
  public ForgetResolutions.Forgotten forget(@Valid ForgetResolutions given) {
    ForgetResolutions body = given == null ? new ForgetResolutions(null, null, null, null) : given;
    if (body.key() != null && body.table() == null) {
      throw new InvalidRequestException(
          FieldProblem.body("missing", "table", "A key needs its table"));
    }
    LiveRepository repository = request.repository();
    List<String> key =
        body.key() == null ? List.of() : key(repository.state(), body.table(), body.key()).values();
    request.until(LearntProjector.NAME, repository).await().atMost(LONGEST);
    long known =
        learnt
            .count(repository.name(), body.table(), key, body.field(), body.constraint())
            .await()
            .atMost(LONGEST);
    return new ForgetResolutions.Forgotten(
        request
            .server()
            .learnt()
            .forget(
                repository,
                new ForgetResolutionsV1(body.table(), key, body.field(), body.constraint(), known),
                request.caller()));
  }

  private static ConflictPage.Resolved resolved(ConflictService.Settled settled) {
    return new ConflictPage.Resolved(settled.resolved(), settled.decided(), settled.remaining());
  }

  private ResolveConflictsV1 ofTable(
      RepositoryState state, BranchState branch, ResolveConflicts body) {
    RegisteredTable table = TableService.get(state, table(branch.merge(), body));
    return new ConflictResolution(
            ConflictService.schema(state, branch, table), values(state, table))
        .of(body, branch.name(), table.name());
  }

  /** The table that is named, or the only one with conflicts. */
  private static String table(MergeState merge, ResolveConflicts body) {
    if (body.table() != null) {
      return body.table();
    }
    if (merge != null && merge.conflicts().size() == 1) {
      return merge.conflicts().keySet().iterator().next();
    }
    throw new InvalidRequestException(
        FieldProblem.body("missing", "table", "A key or value needs its table"));
  }

  private ConflictPage.ConflictView view(
      RepositoryState state, ConflictService.Status status, Map<String, Learnt> known) {
    RowConflict conflict = status.conflict();
    LearntResolutions.Offer offer =
        status.resolved() ? LearntResolutions.Offer.NONE : LearntResolutions.offer(conflict, known);
    RegisteredTable table = state.tables().byId().get(conflict.tableId());
    ValueCodec values = values(state, table);
    Set<String> open = status.open().stream().map(FieldConflict::label).collect(Collectors.toSet());
    List<ConflictPage.FieldView> fields =
        conflict.fields().stream()
            .map(field ->
                new ConflictPage.FieldView(
                    field.label(),
                    FieldValues.json(table, values, field, field.base()),
                    FieldValues.json(table, values, field, field.ours()),
                    FieldValues.json(table, values, field, field.theirs()),
                    !open.contains(field.label()),
                    open.contains(field.label())
                        ? LearntAnswers.ofField(
                            table, values, field, offer.fields().get(field.label()))
                        : null,
                    open.contains(field.label()) ? rule(table, conflict, field) : null))
            .toList();
    return new ConflictPage.ConflictView(
        conflict.id(),
        conflict.tableName(),
        conflict.type().isSchema()
            ? null
            : new RecordKeys(table.schema(), values).toJson(conflict.key()),
        conflict.type() == ConflictType.SCHEMA_DELETE_MODIFY
            ? ConflictType.DELETE_MODIFY.wireName()
            : conflict.type().wireName(),
        fields,
        conflict.constraint(),
        status.resolved(),
        LearntAnswers.ofRow(table, values, offer.row()));
  }

  private static ConflictRules.Rule rule(
      RegisteredTable table, RowConflict conflict, FieldConflict field) {
    return FittingRule.of(table.schema(), conflict, field)
        .map(rule ->
            new ConflictRules.Rule(
                rule.wireName(),
                rule instanceof ConflictRule.LastWriteWins(String by) ? by : null,
                null))
        .orElse(null);
  }

  private ValueCodec values(RepositoryState state, RegisteredTable table) {
    return request.server().reads().values(state, Backends.handle(state, table));
  }
}
