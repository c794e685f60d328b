package dev.epoch.gateway.branch;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.Appliers;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.Occurrence;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.operation.ChangeKind;
import dev.epoch.gateway.operation.OperationRunner;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.TableState;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Moves a branch to any commit, with its rows: those that differ are written, and tables that the
 * branch never changed are seen elsewhere.
 */
public final class BranchMover {
  static final String KIND = "move-branch";

  private final Backends backends;
  private final OperationRunner runner;
  private final Clock clock;

  public BranchMover(Backends backends, OperationRunner runner, Clock clock) {
    this.backends = backends;
    this.runner = runner;
    this.clock = clock;
  }

  /**
   * How a branch gets the rows of a commit.
   *
   * @param tables what happens to each table that differs
   * @param newTables ids of tables that come with the commit
   * @param rows what to write, by table id; each can be asked for again and again
   */
  public record Plan(
      List<TableMerge> tables, List<String> newTables, Map<String, Supplier<PlannedRows>> rows) {}

  /**
   * In the branch's turn.
   *
   * @param source the commit, as the user named it
   * @param verb reset or rebase
   * @throws dev.epoch.storage.error.PendingChangesException if a table that it writes has
   *     uncommitted changes
   * @throws RefusedException if the commit has other tables: see {@link #requireFittingTables}
   */
  public StepResult move(
      LiveRepository repository,
      BranchState branch,
      CommitState to,
      String source,
      String verb,
      Caller caller) {
    RepositoryState state = repository.state();
    Plan plan = plan(state, branch, to);
    OperationPlan.Merge operation =
        new OperationPlan.Merge(
            branch.merge() == null ? null : branch.merge().id(),
            source,
            to.id(),
            true,
            plan.tables(),
            plan.newTables(),
            verb + " to " + source,
            caller.actor(),
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            List.of(),
            verb);
    StepResult prepared =
        repository
            .step(
                new Continuation.PrepareMerge(
                    UUID.randomUUID(), branch.id(), branch.head(), operation),
                caller,
                caller.key(KIND))
            .orRefuseOnce();
    return runner
        .run(
            repository,
            prepared,
            caller,
            KIND,
            ChangeKind.MOVE,
            table -> plan.rows().get(table).get())
        .orRefuse();
  }

  /**
   * Fails if the commit has other tables than the branch, and the branch cannot get or lose them by
   * moving: the default branch, whose tables are live, and a table of which the branch keeps rows.
   *
   * @throws RefusedException if so
   */
  public static void requireFittingTables(
      RepositoryState state, BranchState branch, CommitState to) {
    CommitState head = state.head(branch);
    TreeSet<String> leave = new TreeSet<>();
    missing(state, head, to)
        .filter(entry -> !leaves(state, branch, entry))
        .forEach(entry -> leave.add(entry.name()));
    if (!leave.isEmpty()) {
      throw other(
          branch, to, leave, "does not have " + String.join(", ", leave), whyStay(state, branch));
    }
    TreeSet<String> come = new TreeSet<>();
    missing(state, to, head)
        .filter(entry -> !comes(state, branch, entry))
        .forEach(entry -> come.add(entry.name()));
    if (!come.isEmpty()) {
      throw other(
          branch,
          to,
          come,
          "has " + String.join(", ", come) + ", which the branch has not",
          state.isDefault(branch)
              ? "epoch table add, or a new branch at that commit"
              : "The branch had it before, and keeps rows of it: make a new branch at that commit");
    }
  }

  private static String whyStay(RepositoryState state, BranchState branch) {
    return state.isDefault(branch)
        ? "Tables of the default branch are live: epoch table remove, or a new branch at that commit"
        : "The branch has changed it: make a new branch at that commit, and cherry-pick onto it";
  }

  private static RefusedException other(
      BranchState branch, CommitState to, TreeSet<String> tables, String what, String remedy) {
    return new RefusedException(
        Code.VALIDATION,
        "Branch '%s' cannot move there: commit %s %s"
            .formatted(branch.name(), to.id().substring(0, 7), what),
        Map.of("branch", branch.name(), "tables", List.copyOf(tables), "remedy", remedy));
  }

  /** Tables that a commit has, and another one has not. */
  private static Stream<TableEntry> missing(
      RepositoryState state, CommitState of, CommitState from) {
    return of.tree().values().stream()
        .filter(entry -> !state.tables().byId().get(entry.tableId()).removed())
        .filter(entry -> {
          TableEntry there = from.tree().get(entry.name());
          return there == null || !there.tableId().equals(entry.tableId());
        });
  }

  /** Names of tables that the branch loses when it moves to a commit. */
  static List<String> leaving(RepositoryState state, BranchState branch, CommitState to) {
    return missing(state, state.head(branch), to).map(TableEntry::name).sorted().toList();
  }

  /**
   * The state as if the branch stood at that commit, and saw its rows where the commit has them.
   */
  public static RepositoryState foreseen(
      RepositoryState state, BranchState branch, String to, String verb, Caller caller) {
    return Appliers.apply(
        state,
        new BranchMovedV1(null, branch.id(), branch.head(), to, verb, Map.of()),
        new Occurrence(state.version() + 1, Instant.EPOCH, caller.actor(), caller.command(), null));
  }

  /** Whether a branch that moves loses a table: one that it has never changed. */
  private static boolean leaves(RepositoryState state, BranchState branch, TableEntry entry) {
    return !state.isDefault(branch) && !branch.id().equals(branch.location(entry).overlay());
  }

  /** Whether a table of a commit is new to the branch, which keeps nothing of it. */
  private static boolean comes(RepositoryState state, BranchState branch, TableEntry entry) {
    return !state.isDefault(branch)
        && !state.head(branch).tree().containsKey(entry.name())
        && !Backends.keeps(state, branch, entry.tableId());
  }

  /**
   * Fails if live tables would need another schema to be what a commit says, or have one that
   * nobody committed: a move of the default branch writes rows, and alters nothing.
   *
   * @throws RefusedException if so
   */
  public void requireFittingLive(RepositoryState state, BranchState branch, CommitState to) {
    if (state.isDefault(branch)) {
      requireSchemasCommitted(state, branch);
      requireFittingSchemas(state, branch, to);
    }
  }

  private static void requireFittingSchemas(
      RepositoryState state, BranchState branch, CommitState to) {
    if (!state.isDefault(branch)) {
      return;
    }
    CommitState head = state.head(branch);
    for (String name : new TreeSet<>(to.tree().keySet())) {
      TableEntry theirs = to.tree().get(name);
      TableEntry ours = head.tree().get(name);
      if (ours != null
          && !state.tables().byId().get(theirs.tableId()).removed()
          && !ours.schemaHash().equals(theirs.schemaHash())) {
        throw new RefusedException(
            Code.SCHEMA_CHANGED,
            "Table '" + name + "' had another schema in commit " + to.id().substring(0, 7),
            Map.of(
                "table",
                name,
                "remedy",
                "epoch revert --allow-destructive takes commits back with their schema; or epoch"
                    + " schema apply "
                    + name
                    + " --from "
                    + to.id().substring(0, 7)
                    + ", commit, and again"));
      }
    }
  }

  /** Rows of a commit cannot be written into a table of a schema that no commit has. */
  private void requireSchemasCommitted(RepositoryState state, BranchState branch) {
    List<BranchTable> tables = Backends.tables(state, branch);
    Map<String, TableSchema> changed = backends.schemas(state, branch, tables);
    List<String> names =
        tables.stream()
            .map(BranchTable::table)
            .filter(table -> changed.containsKey(table.id()))
            .map(TableHandle::name)
            .sorted()
            .toList();
    if (!names.isEmpty()) {
      throw new RefusedException(
          Code.UNCOMMITTED_CHANGES,
          "The schema of %s is not committed on branch '%s'"
              .formatted(String.join(", ", names), branch.name()),
          Map.of("branch", branch.name(), "tables", names, "remedy", "Commit it first"));
    }
  }

  /**
   * Plans a move.
   *
   * @throws RefusedException if the commit has other tables, or if a schema of the branch is not
   *     committed
   */
  public Plan plan(RepositoryState state, BranchState branch, CommitState to) {
    requireFittingTables(state, branch, to);
    CommitState head = state.head(branch);
    requireSchemasCommitted(state, branch);
    requireFittingSchemas(state, branch, to);
    List<TableMerge> tables = new ArrayList<>();
    List<String> newTables = new ArrayList<>();
    Map<String, Supplier<PlannedRows>> rows = new HashMap<>();
    missing(state, head, to)
        .forEach(entry -> tables.add(new TableMerge.Drop(entry.tableId(), false)));
    for (String name : new TreeSet<>(to.tree().keySet())) {
      TableEntry theirs = to.tree().get(name);
      TableEntry ours = head.tree().get(name);
      if (state.tables().byId().get(theirs.tableId()).removed()) {
        continue;
      }
      if (ours == null) {
        newTables.add(theirs.tableId());
        tables.add(new TableMerge.Repoint(theirs.tableId(), theirs.location()));
        continue;
      }
      if (ours.contentHash().equals(theirs.contentHash())
          && ours.schemaHash().equals(theirs.schemaHash())) {
        continue;
      }
      RowsLocation oursAt = branch.location(ours);
      RowsLocation theirsAt = theirs.location();
      if (!state.isDefault(branch) && !branch.id().equals(oursAt.overlay())) {
        tables.add(new TableMerge.Repoint(theirs.tableId(), theirsAt));
        continue;
      }
      TableHandle handle = Backends.handle(state, theirs);
      StorageAdapter adapter = backends.adapter(state, handle);
      rows.put(
          theirs.tableId(),
          () ->
              new Rows(
                  adapter.changes(
                      handle,
                      new TableState.Committed(oursAt),
                      new TableState.Committed(theirsAt),
                      ChangeQuery.all())));
      tables.add(
          new TableMerge.Write(
              theirs.tableId(),
              Math.max(oursAt.anchor(), theirsAt.anchor()),
              ours.schemaHash().equals(theirs.schemaHash()) ? null : theirs.schemaHash(),
              null));
    }
    return new Plan(tables, newTables, rows);
  }

  /** The rows that differ. Uncommitted changes are refused, so none of them changes meanwhile. */
  private record Rows(RowStream<RowChange> writes) implements PlannedRows {
    @Override
    public RowStream<RowKey> kept() {
      return RowStream.of(List.of());
    }

    @Override
    public List<RowChange> again(Map<RowKey, dev.epoch.model.row.Row> now) {
      throw new IllegalStateException("rows of a branch that moves are not planned anew");
    }

    @Override
    public void close() {
      writes.close();
    }
  }
}
