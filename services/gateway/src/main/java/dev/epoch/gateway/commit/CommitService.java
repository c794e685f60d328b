package dev.epoch.gateway.commit;

import dev.epoch.engine.processing.CommitProcessor;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CommitToBranchV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.gateway.hook.HookGate;
import dev.epoch.gateway.hook.PlannedChange;
import dev.epoch.gateway.operation.ChangeKind;
import dev.epoch.gateway.operation.OperationRunner;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.stream.BranchTurn;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.storage.operation.PlannedRows;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Commits. */
public final class CommitService {
  public static final String KIND = "commit-to-branch";

  private final WorkingSetService workingSets;
  private final OperationRunner runner;
  private final SchemaService schemas;
  private final HookGate hooks;

  public CommitService(
      WorkingSetService workingSets,
      OperationRunner runner,
      SchemaService schemas,
      HookGate hooks) {
    this.workingSets = workingSets;
    this.runner = runner;
    this.schemas = schemas;
    this.hooks = hooks;
  }

  /**
   * What to commit.
   *
   * @param branch name
   * @param message of the author
   * @param author of the change
   * @param tables only these, empty for the staged ones, or all if nothing is staged
   * @param all every changed table, whatever is staged
   * @param expectedHead refuse if the branch stands elsewhere, or null
   * @param schema what of the databases' schemas
   */
  public record Request(
      String branch,
      String message,
      Actor author,
      List<String> tables,
      boolean all,
      String expectedHead,
      Schema schema) {

    /** Rows alone. */
    public Request(
        String branch,
        String message,
        Actor author,
        List<String> tables,
        boolean all,
        String expectedHead) {
      this(branch, message, author, tables, all, expectedHead, Schema.LEFT_OUT);
    }

    Request with(Schema wanted) {
      return new Request(branch, message, author, tables, all, expectedHead, wanted);
    }
  }

  /** What a commit takes of the objects of its databases' schemas. */
  public enum Schema {
    LEFT_OUT,
    INCLUDED,
    /** And no rows. */
    ONLY
  }

  /** A commit, and the position in the log from which it can be read. */
  public record Committed(CommitState commit, RepositoryState state, long position) {}

  public Committed commit(LiveRepository repository, Request asked, Caller caller) {
    Request request = withNeeds(repository.state(), ofBranch(repository.state(), asked));
    if (request.schema() == Schema.LEFT_OUT) {
      Committed committed = inTurn(repository, request, null, caller);
      repository
          .state()
          .branch(request.branch())
          .ifPresent(
              branch -> schemas.recordIfMoved(repository, branch, committed.commit(), caller));
      return committed;
    }
    BranchState branch = References.branch(repository.state(), request.branch());
    schemas.recordFork(repository, branch, caller);
    SchemaService.Observed observed = schemas.observe(repository.state(), branch);
    boolean only = request.schema() == Schema.ONLY;
    String differs =
        differs(repository.state(), branch, asked, observed)
            ? only ? CommitToBranchV1.SCHEMA_ONLY : CommitToBranchV1.SCHEMA_CHANGED
            : null;
    if (only && differs == null) {
      throw new RefusedException(
          Code.NOTHING_TO_COMMIT,
          "The schemas are as the last commit of branch '" + branch.name() + "' recorded them",
          Map.of("branch", branch.name()));
    }
    Committed committed = inTurn(repository, request, differs, caller);
    if (!repository.state().schemas().containsKey(committed.commit().id())) {
      schemas.record(repository, committed.commit(), observed, false, caller);
    }
    return new Committed(committed.commit(), repository.state(), repository.state().version());
  }

  /** Whoever did not ask for the schema wants no commit that only takes note of what was there. */
  private boolean differs(
      RepositoryState state, BranchState branch, Request asked, SchemaService.Observed observed) {
    return asked.schema() == Schema.LEFT_OUT
        ? schemas.isChanged(state, branch, observed)
        : SchemaService.differs(state, state.head(branch), observed);
  }

  /** A branch that versions schemas alone has no other commits, and no rows to leave out. */
  private static Request ofBranch(RepositoryState state, Request asked) {
    return state
        .branch(asked.branch())
        .filter(branch -> branch.traits().schemaOnly())
        .map(branch -> asked.with(Schema.INCLUDED))
        .orElse(asked);
  }

  /**
   * What altered tables need of the branch's functions and sequences is told with them: else nobody
   * who has the tables could find it.
   */
  private Request withNeeds(RepositoryState state, Request request) {
    Optional<BranchState> branch = state.branch(request.branch());
    if (request.schema() != Schema.LEFT_OUT || branch.isEmpty() || state.isDefault(branch.get())) {
      return request;
    }
    Set<String> altered = new HashSet<>(workingSets.schemaChanges(state, branch.get()).keySet());
    altered.addAll(CommitProcessor.registered(state, branch.get()));
    if (!request.tables().isEmpty()) {
      altered.retainAll(request.tables());
    }
    return !altered.isEmpty() && workingSets.needUnrecorded(schemas, state, branch.get(), altered)
        ? request.with(Schema.INCLUDED)
        : request;
  }

  private Committed inTurn(
      LiveRepository repository, Request request, String schema, Caller caller) {
    return new BranchTurn(repository, RecordType.COMMIT_TO_BRANCH_V1, caller)
        .on(
            request.branch(),
            CommitService::former,
            (state, branch) -> {
              if (branch.operation() == null && branch.merge() == null) {
                Set<String> chosen = chosen(branch, request);
                if (!chosen.isEmpty()) {
                  workingSets.requireWhole(state, branch, chosen);
                }
                hooks.pass(repository, planned(state, branch, request, caller), KIND, caller);
              }
              return commitInTurn(
                  repository,
                  repository.state(),
                  branch,
                  request,
                  schema,
                  ChangeKind.COMMIT,
                  caller);
            });
  }

  private PlannedChange planned(
      RepositoryState state, BranchState branch, Request request, Caller caller) {
    return new PlannedChange(
        List.of("pre-commit"),
        state.name(),
        state.profile().createdAt(),
        branch.name(),
        request.author() == null ? caller.actor() : request.author(),
        branch.head(),
        null,
        null,
        request.message(),
        () -> counts(state, branch, request));
  }

  /** Names of the only tables that are committed; empty for all that are changed. */
  private static Set<String> chosen(BranchState branch, Request request) {
    Set<String> chosen = new HashSet<>(request.tables());
    if (chosen.isEmpty() && !request.all()) {
      chosen.addAll(branch.staged());
    }
    return chosen;
  }

  private List<PlannedChange.TableCounts> counts(
      RepositoryState state, BranchState branch, Request request) {
    Set<String> chosen = chosen(branch, request);
    return workingSets.changes(state, branch).stream()
        .filter(change -> chosen.isEmpty() || chosen.contains(change.table()))
        .map(change ->
            new PlannedChange.TableCounts(
                change.table(), change.inserted(), change.updated(), change.deleted()))
        .toList();
  }

  /**
   * In the branch's turn; no hook is asked.
   *
   * @param change what checks it meets
   */
  public Committed commitInTurn(
      LiveRepository repository,
      RepositoryState state,
      BranchState branch,
      Request request,
      ChangeKind change,
      Caller caller) {
    return commitInTurn(repository, state, branch, request, null, change, caller);
  }

  private Committed commitInTurn(
      LiveRepository repository,
      RepositoryState state,
      BranchState branch,
      Request request,
      String schema,
      ChangeKind change,
      Caller caller) {
    CommitToBranchV1 command =
        new CommitToBranchV1(
            request.branch(),
            request.message(),
            request.author(),
            request.tables(),
            request.all(),
            request.expectedHead(),
            workingSets.touched(state, branch, request.tables()),
            schema);
    StepResult prepared = repository.step(command, caller).orRefuse();
    if (prepared.former().isPresent()) {
      return former(prepared);
    }
    StepResult completed =
        runner.run(repository, prepared, caller, KIND, change, CommitService::noRows).orRefuse();
    String id =
        completed
            .event(CommitCreatedV1.class)
            .map(CommitCreatedV1::commit)
            .orElseGet(() -> completed.state().branches().byId().get(branch.id()).head());
    return new Committed(
        completed.state().commits().byId().get(id), completed.state(), completed.position());
  }

  /** Commits merge nothing. */
  private static PlannedRows noRows(String table) {
    throw new IllegalStateException("a commit merges no rows into " + table);
  }

  /** The answer that the first run gave. */
  private static Committed former(StepResult step) {
    String id = step.formerFacts().get("commit");
    return new Committed(step.state().commits().byId().get(id), step.state(), step.position());
  }
}
