package dev.epoch.gateway.merge;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.branch.BranchMover;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.MergeOvertakenException;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.TableState;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Begins a rebase: the branch moves, and has the first of its commits there, by one operation that
 * writes only what is different in the end.
 *
 * <pre>
 *   head ---- move ----> onto ---- merge of the commit ----> new head
 *     \__________________ what is written ____________________/
 * </pre>
 *
 * <p>Where that is not all there is to it, the branch is moved first: where something is in
 * conflict or broken, where schemas differ or tables come or go, and where the commit changes more
 * rows than are to be kept in memory.
 */
final class RebaseStart {
  /** Of one table. */
  private static final int MOST_ROWS = MergedRows.MOST_SIDES;

  private final Backends backends;
  private final MergeExecution execution;
  private final BranchMover mover;

  RebaseStart(Backends backends, MergeExecution execution, BranchMover mover) {
    this.backends = backends;
    this.execution = execution;
    this.mover = mover;
  }

  /** What may become of both steps, and the state that the second one is planned for. */
  private record Planned(MergePlan plan, RepositoryState there) {}

  /**
   * Moves the branch to where its replay goes, with the first of its commits if that can be.
   *
   * @param first the first of its commits, null if there is none
   * @throws RefusedException if checks or hooks refuse that commit; the branch was moved then
   * @throws TargetMovedException if the branch stands elsewhere by now
   */
  void begin(LiveRepository repository, BranchState branch, MergeIntent first, Caller caller) {
    RepositoryState state = repository.state();
    MergeExecution.requireStill(branch, state.branches().byId().get(branch.id()));
    CommitState onto = state.commits().byId().get(branch.replay().onto());
    Optional<Planned> planned =
        first == null ? Optional.empty() : plan(state, branch, onto, first, caller);
    if (planned.isEmpty()) {
      move(repository, branch, onto, caller);
      return;
    }
    try {
      execution.runMoving(
          repository, first, planned.get().plan(), branch, planned.get().there(), caller);
    } catch (RefusedException refused) {
      move(repository, branch, onto, caller);
      throw refused;
    } catch (ConstraintViolationsException | MergeOvertakenException _) {
      move(repository, branch, onto, caller);
    }
  }

  private void move(
      LiveRepository repository, BranchState branch, CommitState onto, Caller caller) {
    mover.move(repository, branch, onto, branch.replay().source(), "rebase", caller);
  }

  private Optional<Planned> plan(
      RepositoryState state,
      BranchState branch,
      CommitState onto,
      MergeIntent first,
      Caller caller) {
    BranchMover.Plan move = mover.plan(state, branch, onto);
    if (!move.newTables().isEmpty()
        || move.tables().stream().anyMatch(TableMerge.Drop.class::isInstance)
        || !sameSchemas(state.head(branch), onto)
        // a later commit may take back what the first one changed
        || !sameSchemas(state.commits().byId().get(first.sourceCommit()), onto)) {
      return Optional.empty();
    }
    RepositoryState there = BranchMover.foreseen(state, branch, onto.id(), "rebase", caller);
    return fromTheOtherSide(state, branch, onto, first)
        .or(() -> composed(state, there, branch, onto, first, move))
        .map(plan -> new Planned(plan, there));
  }

  /**
   * Of the only commit of a branch: what it goes onto is merged into it. That is the same where
   * nothing is decided in favour of a side, and its own rows are neither read nor written.
   */
  private Optional<MergePlan> fromTheOtherSide(
      RepositoryState state, BranchState branch, CommitState onto, MergeIntent first) {
    if (!first.sourceCommit().equals(branch.head()) || !first.strategy().equals("three_way")) {
      return Optional.empty();
    }
    Ruled.Tally tally = new Ruled.Tally();
    MergePlan plan = execution.plan(state, first.of(onto), tally);
    return tally.ruled().equals(Ruled.NONE) && ofRowsOnly(plan)
        ? Optional.of(plan)
        : Optional.empty();
  }

  private static boolean ofRowsOnly(MergePlan plan) {
    return plan.conflicts().isEmpty()
        && plan.newTables().isEmpty()
        && plan.tables().stream().allMatch(RebaseStart::ofRowsOnly);
  }

  private Optional<MergePlan> composed(
      RepositoryState state,
      RepositoryState there,
      BranchState branch,
      CommitState onto,
      MergeIntent first,
      BranchMover.Plan move) {
    MergePlan replay = execution.plan(there, first);
    if (replay.tables().isEmpty() || !ofRowsOnly(replay)) {
      return Optional.empty();
    }
    Map<String, TableMerge> tables = new LinkedHashMap<>();
    move.tables().forEach(table -> tables.put(table.tableId(), table));
    Map<String, Supplier<PlannedRows>> rows = new HashMap<>(move.rows());
    for (TableMerge merge : replay.tables()) {
      Optional<Supplier<PlannedRows>> both = both(state, branch, onto, merge, replay);
      if (both.isEmpty()) {
        return Optional.empty();
      }
      rows.put(merge.tableId(), both.get());
      tables.put(merge.tableId(), written(branch, state, onto, merge));
    }
    return Optional.of(
        new MergePlan(
            false,
            List.copyOf(tables.values()),
            List.of(),
            rows,
            Map.of(),
            null,
            List.of(),
            List.of(),
            Map.of(),
            Map.of()));
  }

  private static boolean sameSchemas(CommitState one, CommitState other) {
    return one.tree().values().stream()
        .allMatch(entry -> {
          TableEntry there = other.tree().get(entry.name());
          return there == null || there.schemaHash().equals(entry.schemaHash());
        });
  }

  private static boolean ofRowsOnly(TableMerge merge) {
    return switch (merge) {
      case TableMerge.Write write -> write.schemaHash() == null && write.alteration() == null;
      case TableMerge.Repoint repoint -> repoint.steps() == null;
      case TableMerge.Drop _ -> false;
    };
  }

  /** What becomes of a table that the commit changes; empty if there are too many rows. */
  private Optional<Supplier<PlannedRows>> both(
      RepositoryState state,
      BranchState branch,
      CommitState onto,
      TableMerge merge,
      MergePlan replay) {
    TableEntry ours = entry(state.head(branch), merge);
    RowsLocation from = branch.location(ours);
    if (merge instanceof TableMerge.Repoint repoint) {
      return Optional.of(() -> PlannedRows.fixed(changes(state, ours, from, repoint.to())));
    }
    Map<RowKey, RowChange> later = new LinkedHashMap<>();
    try (PlannedRows planned = replay.rows(merge.tableId())) {
      RowStream<RowChange> writes = planned.writes();
      while (writes.hasNext()) {
        if (later.size() == MOST_ROWS) {
          return Optional.empty();
        }
        RowChange change = writes.next();
        later.put(change.key(), change);
      }
    }
    RowsLocation to = entry(onto, merge).location();
    boolean moves = !ours.contentHash().equals(entry(onto, merge).contentHash());
    return Optional.of(() ->
        PlannedRows.fixed(
            new ComposedChanges(
                moves ? changes(state, ours, from, to) : RowStream.of(List.of()), later)));
  }

  private RowStream<RowChange> changes(
      RepositoryState state, TableEntry entry, RowsLocation from, RowsLocation to) {
    TableHandle handle = Backends.handle(state, entry);
    return backends
        .adapter(state, handle)
        .changes(
            handle,
            new TableState.Committed(from),
            new TableState.Committed(to),
            ChangeQuery.all());
  }

  private static TableMerge written(
      BranchState branch, RepositoryState state, CommitState onto, TableMerge merge) {
    long anchor =
        switch (merge) {
          case TableMerge.Write write -> write.anchor();
          case TableMerge.Repoint repoint -> repoint.to().anchor();
          case TableMerge.Drop drop ->
              throw new IllegalArgumentException("no rows of a table that goes: " + drop);
        };
    return new TableMerge.Write(
        merge.tableId(),
        Math.max(
            anchor,
            Math.max(
                branch.location(entry(state.head(branch), merge)).anchor(),
                entry(onto, merge).location().anchor())));
  }

  private static TableEntry entry(CommitState commit, TableMerge merge) {
    return commit.entryOf(merge.tableId()).orElseThrow();
  }
}
