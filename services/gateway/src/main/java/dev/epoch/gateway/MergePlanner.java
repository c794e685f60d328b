package dev.epoch.gateway;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.changes.ConflictSetWriter;
import dev.epoch.model.commit.MergeBase;
import dev.epoch.model.merge.ConflictRules;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.MergeStrategy;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.merge.RowMerge;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.ChangeQuery;
import dev.epoch.storage.ConstraintViolationsException;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Plans a merge: which tables change, how, and what conflicts. Changes nothing but chunks beside
 * the log.
 *
 * <pre>
 *   theirs = base, or theirs = ours         nothing to do
 *   the target never had a change of it,    the target sees the source's rows      (no row is read)
 *   nor of what it refers to or is
 *   referred to by
 *   fast-forward                            the rows that differ are written as they are
 *   else                                    three-way, row by row
 * </pre>
 */
final class MergePlanner {
  private final Backends backends;
  private final ChunkStore chunks;

  MergePlanner(Backends backends, ChunkStore chunks) {
    this.backends = backends;
    this.chunks = chunks;
  }

  /**
   * @param known conflicts of the open merge that continues, for its broken constraints
   * @param decisions of the open merge, in order
   */
  MergePlan plan(
      RepositoryState state,
      BranchState target,
      CommitState source,
      boolean fastForward,
      MergeStrategy strategy,
      List<RowConflict> known,
      List<Decision> decisions) {
    CommitState head = state.head(target);
    MergeBase base = Lineage.mergeBase(state, head.id(), source.id());
    List<TableMerge> tables = new ArrayList<>();
    List<String> newTables = new ArrayList<>();
    Map<String, Supplier<RowStream<RowChange>>> writes = new HashMap<>();
    Map<String, Long> conflicts = new TreeMap<>();
    ChunkBuffer buffer = new ChunkBuffer(chunks);
    ConflictSetWriter conflictSet = new ConflictSetWriter(buffer::put);
    List<TableHandle> changedByOurs = changedByOurs(state, head, source, base);

    for (TableEntry theirs : sorted(source)) {
      if (state.tables().byId().get(theirs.tableId()).removed()) {
        continue;
      }
      TableEntry ours = entryOf(head, theirs);
      boolean decided =
          known.stream().anyMatch(conflict -> conflict.tableId().equals(theirs.tableId()));
      if (!decided && (same(ours, theirs) || everyBaseHas(state, base, theirs))) {
        continue;
      }
      TableHandle handle = Backends.handle(state, theirs);
      if (ours == null
          || (!state.isDefault(target)
              && neverChanged(target, ours, base, state)
              && changedByOurs.stream().noneMatch(other -> related(handle, other)))) {
        if (ours == null && state.isDefault(target)) {
          throw new IllegalStateException("the default branch lacks table " + theirs.name());
        }
        if (ours == null) {
          newTables.add(theirs.tableId());
        }
        tables.add(new TableMerge(theirs.tableId(), "repoint", 0, location(state, source, theirs)));
        continue;
      }
      if (!ours.schemaHash().equals(theirs.schemaHash())) {
        throw new RefusedException(
            Code.SCHEMA_CHANGED,
            "Table '" + theirs.name() + "' has different shapes on the two sides",
            Map.of("table", theirs.name()));
      }
      StorageAdapter adapter = backends.adapter(state, handle);
      RowsLocation oursAt = target.location(ours);
      RowsLocation theirsAt = location(state, source, theirs);
      TableState oursState = new TableState.Committed(oursAt);
      TableState theirsState = new TableState.Committed(theirsAt);
      if (fastForward) {
        writes.put(
            theirs.tableId(),
            () -> adapter.changes(handle, oursState, theirsState, ChangeQuery.all()));
      } else {
        RowMerge merge =
            new RowMerge(
                theirs.tableId(), theirs.name(), handle.schema(), strategy, ConflictRules.MANUAL);
        MergedRows rows = new MergedRows(merge, handle, buffer, known, decisions);
        BaseRows baseRows = new BaseRows(adapter, handle, state, base);
        baseRows.forEach(merge, oursState, theirsState, rows);
        rows.settleOthers(key ->
            new ThreeWayRow(
                key,
                baseRows.row(key),
                adapter.row(handle, oursState, key).orElse(null),
                adapter.row(handle, theirsState, key).orElse(null)));
        long count = rows.writeConflicts(conflictSet);
        if (count > 0) {
          conflicts.put(theirs.name(), count);
        }
        writes.put(theirs.tableId(), rows::written);
      }
      tables.add(
          new TableMerge(
              theirs.tableId(), "write", Math.max(oursAt.anchor(), theirsAt.anchor()), null));
    }
    Digest root = null;
    if (!conflicts.isEmpty()) {
      root = conflictSet.finish();
      buffer.flush();
    }
    return new MergePlan(fastForward, tables, newTables, writes, conflicts, root);
  }

  /**
   * The plan of a merge whose rows break constraints together: the same, with these conflicts.
   *
   * @param known conflicts before; those of broken constraints stay in the set, since what was
   *     decided about them still holds
   */
  MergePlan violated(
      RepositoryState state,
      BranchState target,
      CommitState source,
      MergePlan plan,
      ConstraintViolationsException violations,
      List<RowConflict> known) {
    ChunkBuffer buffer = new ChunkBuffer(chunks);
    ConflictSetWriter conflictSet = new ConflictSetWriter(buffer::put);
    Map<String, Long> conflicts = new TreeMap<>();
    CommitState head = state.head(target);
    MergeBase base = Lineage.mergeBase(state, head.id(), source.id());
    for (ConstraintViolationsException.Violation violation : violations.violations()) {
      String name = state.tables().byId().get(violation.table()).name();
      TableEntry ours = head.tree().get(name);
      TableEntry theirs = source.tree().get(name);
      TableHandle handle = Backends.handle(state, ours);
      StorageAdapter adapter = backends.adapter(state, handle);
      Row oursRow =
          adapter
              .row(handle, new TableState.Committed(target.location(ours)), violation.key())
              .orElse(null);
      Row theirsRow =
          theirs == null
              ? null
              : adapter
                  .row(
                      handle,
                      new TableState.Committed(location(state, source, theirs)),
                      violation.key())
                  .orElse(null);
      Row baseRow = new BaseRows(adapter, handle, state, base).row(violation.key());
      List<FieldConflict> fields = new ArrayList<>();
      for (String column : columns(handle, violation.constraint())) {
        int i = handle.schema().indexOf(column);
        fields.add(
            FieldConflict.whole(column, value(baseRow, i), value(oursRow, i), value(theirsRow, i)));
      }
      conflictSet.add(
          new RowConflict(
              violation.table(),
              name,
              violation.key(),
              ConflictType.CONSTRAINT,
              fields,
              violation.constraint()));
      conflicts.merge(name, 1L, Long::sum);
    }
    known.stream()
        .filter(conflict -> conflict.constraint() != null)
        .filter(conflict ->
            violations.violations().stream()
                .noneMatch(violation ->
                    violation.table().equals(conflict.tableId())
                        && conflict.key().equals(violation.key())))
        .forEach(conflictSet::add);
    Digest root = conflictSet.finish();
    buffer.flush();
    return new MergePlan(false, plan.tables(), plan.newTables(), plan.writes(), conflicts, root);
  }

  private static List<String> columns(TableHandle table, String constraint) {
    return table.schema().constraints().stream()
        .filter(candidate -> candidate.name().equals(constraint))
        .flatMap(candidate -> candidate.columns().stream())
        .filter(column -> table.schema().indexOf(column) >= 0)
        .distinct()
        .toList();
  }

  private static String value(Row row, int column) {
    return row == null ? null : row.get(column);
  }

  private static List<TableEntry> sorted(CommitState commit) {
    List<TableEntry> entries = new ArrayList<>();
    new TreeSet<>(commit.tree().keySet()).forEach(name -> entries.add(commit.tree().get(name)));
    return entries;
  }

  /** The entry of the same table; another one may have had its name before. */
  private static TableEntry entryOf(CommitState commit, TableEntry like) {
    TableEntry entry = commit.tree().get(like.name());
    return entry != null && entry.tableId().equals(like.tableId()) ? entry : null;
  }

  private static boolean same(TableEntry one, TableEntry other) {
    return one != null
        && other != null
        && one.tableId().equals(other.tableId())
        && one.contentHash().equals(other.contentHash())
        && one.schemaHash().equals(other.schemaHash());
  }

  private static boolean everyBaseHas(RepositoryState state, MergeBase base, TableEntry entry) {
    List<TableEntry> bases = BaseRows.entries(state, base, entry.name());
    return !bases.isEmpty() && bases.stream().allMatch(candidate -> same(candidate, entry));
  }

  /** Whether the target sees the table through no overlay of its own, and has no change of it. */
  private static boolean neverChanged(
      BranchState target, TableEntry ours, MergeBase base, RepositoryState state) {
    return !target.id().equals(target.location(ours).overlay()) && everyBaseHas(state, base, ours);
  }

  /**
   * Tables that will not be as the source has them: rows of others that refer to them, or that they
   * refer to, have to be looked at together.
   */
  private static List<TableHandle> changedByOurs(
      RepositoryState state, CommitState head, CommitState source, MergeBase base) {
    return head.tree().values().stream()
        .filter(ours -> !state.tables().byId().get(ours.tableId()).removed())
        .filter(ours -> !same(ours, entryOf(source, ours)) && !everyBaseHas(state, base, ours))
        .map(ours -> Backends.handle(state, ours))
        .toList();
  }

  /** Whether one of the tables refers to the other, as far as known when they were registered. */
  private static boolean related(TableHandle one, TableHandle other) {
    return refers(one, other) || refers(other, one);
  }

  private static boolean refers(TableHandle child, TableHandle parent) {
    return child.schema().constraints().stream()
        .anyMatch(constraint -> parent.path().toString().equals(constraint.referencesTable()));
  }

  /**
   * Where the rows of a table of the source are read best: where the branch that stands there keeps
   * them.
   */
  private static RowsLocation location(
      RepositoryState state, CommitState source, TableEntry entry) {
    if (state.defaultBranch().head().equals(source.id())) {
      return state.defaultBranch().location(entry);
    }
    return state.branches().byId().values().stream()
        .filter(branch -> branch.head().equals(source.id()))
        .findFirst()
        .map(branch -> branch.location(entry))
        .orElse(entry.location());
  }
}
