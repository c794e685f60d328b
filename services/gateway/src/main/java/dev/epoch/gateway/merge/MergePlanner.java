package dev.epoch.gateway.merge;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.migration.TableAlterations;
import dev.epoch.gateway.operation.ChunkBuffer;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.changes.ConflictSetWriter;
import dev.epoch.model.commit.MergeBase;
import dev.epoch.model.merge.BaseRow;
import dev.epoch.model.merge.ConflictPolicy;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.MergeStrategy;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.merge.RowMerge;
import dev.epoch.model.merge.RuleDecision;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.BranchTable;
import dev.epoch.storage.ChangeQuery;
import dev.epoch.storage.PlannedRows;
import dev.epoch.storage.StateReader;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
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
public final class MergePlanner {
  private final Backends backends;
  private final ChunkStore chunks;
  private final TableAlterations alterations;

  MergePlanner(Backends backends, ChunkStore chunks, TableAlterations alterations) {
    this.backends = backends;
    this.chunks = chunks;
    this.alterations = alterations;
  }

  /**
   * @param base what both sides are compared with
   * @param fastForward whether the head may move to the source
   * @param policy what settles conflicts
   * @param decisions of the open merge that continues, in order
   * @param told what rules settle
   */
  MergePlan plan(
      RepositoryState state,
      BranchState target,
      CommitState source,
      MergeBase base,
      boolean fastForward,
      MergeStrategy strategy,
      ConflictPolicy policy,
      List<Decision> decisions,
      Consumer<RuleDecision> told) {
    CommitState head = state.head(target);
    List<TableMerge> tables = new ArrayList<>();
    List<String> newTables = new ArrayList<>();
    Map<String, Supplier<PlannedRows>> rows = new HashMap<>();
    Map<String, Long> conflicts = new TreeMap<>();
    ChunkBuffer buffer = new ChunkBuffer(chunks);
    ConflictSetWriter conflictSet = new ConflictSetWriter(buffer::put);
    List<TableHandle> changedByOurs = changedByOurs(state, head, source, base);
    PlannedSchemas schemas = new PlannedSchemas(state, target, alterations);
    DroppedTables dropped = new DroppedTables(state, source, base);
    List<String> destructive = new ArrayList<>();

    for (TableEntry theirs : sorted(source)) {
      if (state.tables().byId().get(theirs.tableId()).removed()) {
        continue;
      }
      TableEntry ours = entryOf(head, theirs);
      TableHandle sourceTable = Backends.handle(state, theirs);
      if (!RowDecisions.any(sourceTable, decisions)
          && (same(ours, theirs) || everyBaseHas(state, base, theirs))) {
        continue;
      }
      TableEntry last =
          ours == null ? Backends.last(state, head, theirs.tableId()).orElse(null) : null;
      if (last != null && dropped.atBase(theirs)) {
        RowConflict conflict = DroppedTables.conflict(theirs, false);
        DroppedTables.End end =
            DroppedTables.end(
                conflict, false, new SchemaConflicts(sourceTable, strategy, decisions));
        if (end == DroppedTables.End.OPEN) {
          conflictSet.add(conflict);
          conflicts.put(theirs.name(), 1L);
        }
        if (end != DroppedTables.End.STAYS) {
          continue;
        }
      }
      boolean arrives = ours == null && state.isDefault(target);
      if (arrives && last != null) {
        throw DroppedTables.refused(theirs, target);
      }
      if (last != null && !arrives && target.id().equals(last.location().overlay())) {
        // it comes back over what the branch had of it
        ours = last;
        newTables.add(theirs.tableId());
      }
      if (arrives) {
        // its rows on the default branch are those that it was registered with there: none
        ours = asRegistered(state, theirs);
        newTables.add(theirs.tableId());
      }
      TableEntry oursThen = ours;
      if (ours == null
          || (!state.isDefault(target)
              && neverChanged(target, ours, base, state)
              && changedByOurs.stream().noneMatch(other -> related(sourceTable, other)))) {
        if (ours == null) {
          newTables.add(theirs.tableId());
        }
        tables.add(new TableMerge(theirs.tableId(), "repoint", 0, location(state, source, theirs)));
        continue;
      }
      BranchTable oursNow = working(state, target, ours);
      MergedSchema schema =
          MergedSchema.of(
              state,
              oursNow.table(),
              theirs,
              BaseRows.entries(state, base, theirs.name()),
              new SchemaConflicts(oursNow.table(), strategy, decisions),
              (column, side, byOurs) ->
                  changed(
                      state,
                      base,
                      oursNow.table().with(side),
                      byOurs
                          ? now(state, target, oursThen)
                          : new TableState.Committed(location(state, source, theirs)),
                      column));
      if (!schema.conflicts().isEmpty()) {
        // rows are merged when it is known what they look like
        schema.conflicts().forEach(conflictSet::add);
        conflicts.put(theirs.name(), (long) schema.conflicts().size());
        tables.add(write(target, ours, location(state, source, theirs)));
        continue;
      }
      if (arrives) {
        schemas.addArriving(oursNow.table(), schema);
      } else {
        schemas.add(oursNow.table(), schema);
      }
      TableHandle handle = oursNow.table().with(schema.schema());
      StateReader reader = backends.adapter(state, handle);
      RowsLocation oursAt = target.location(ours);
      RowsLocation theirsAt = location(state, source, theirs);
      TableState oursState = now(state, target, ours);
      TableState theirsState = new TableState.Committed(theirsAt);
      RowMerge merge =
          new RowMerge(
              theirs.tableId(),
              theirs.name(),
              handle.schema(),
              strategy,
              policy.forTable(theirs.name(), handle.schema()));
      BaseRows baseRows = new BaseRows(reader, handle, state, base);
      MergedRows merged =
          new MergedRows(
              new RowDecisions(merge, handle, decisions, told),
              schema,
              buffer,
              // rows of a virtual base cannot be looked up one by one
              base.bestCommonAncestors().size() == 1 ? MergedRows.MOST_SIDES : Integer.MAX_VALUE,
              key ->
                  new MergedRows.Sides(
                      BaseRow.of(baseRows.row(key)),
                      theirsRow(schema, baseRows, reader, handle, theirsState, key)));
      if (fastForward && !isTouched(reader, state, target, handle, oursAt)) {
        rows.put(
            theirs.tableId(),
            () ->
                merged.plannedFrom(
                    reader.changes(
                        handle, new TableState.Committed(oursAt), theirsState, ChangeQuery.all())));
      } else {
        baseRows.forEach(
            merge,
            oursState,
            theirsState,
            (key, baseRow, oursRow, theirsRow) ->
                merged.accept(
                    key,
                    baseRow,
                    schema.ours(baseRow.row(), oursRow),
                    schema.theirs(baseRow.row(), theirsRow)));
        merged.settleOthers(key ->
            new ThreeWayRow(
                key,
                baseRows.row(key),
                reader.row(handle, oursState, key).orElse(null),
                theirsRow(schema, baseRows, reader, handle, theirsState, key)));
        long count = merged.writeConflicts(conflictSet);
        if (count > 0) {
          conflicts.put(theirs.name(), count);
        }
        rows.put(theirs.tableId(), merged::planned);
      }
      tables.add(write(target, ours, theirsAt));
    }
    for (TableEntry ours : sorted(head)) {
      if (state.tables().byId().get(ours.tableId()).removed() || entryOf(source, ours) != null) {
        continue;
      }
      if (dropped.atBase(ours)) {
        SchemaConflicts decided =
            new SchemaConflicts(Backends.handle(state, ours), strategy, decisions);
        boolean changed = !everyBaseHas(state, base, ours) || isTouched(state, target, ours);
        RowConflict conflict = DroppedTables.conflict(ours, true);
        DroppedTables.End end =
            changed ? DroppedTables.end(conflict, true, decided) : DroppedTables.End.GONE;
        if (end == DroppedTables.End.OPEN) {
          conflictSet.add(conflict);
          conflicts.put(ours.name(), 1L);
          tables.add(write(target, ours, target.location(ours)));
          continue;
        } else if (end == DroppedTables.End.GONE) {
          tables.add(TableMerge.drop(ours.tableId(), changed));
          if (state.isDefault(target)) {
            destructive.add("DROP TABLE " + Backends.handle(state, ours).path());
          }
          continue;
        }
      }
      TableHandle handle = working(state, target, ours).table();
      if (!RowDecisions.any(handle, decisions)) {
        continue;
      }
      MergedRows merged =
          decidedRows(state, target, base, handle, ours, strategy, policy, decisions, told, buffer);
      long count = merged.writeConflicts(conflictSet);
      if (count > 0) {
        conflicts.put(ours.name(), count);
      }
      rows.put(ours.tableId(), merged::planned);
      tables.add(new TableMerge(ours.tableId(), "write", target.location(ours).anchor(), null));
    }
    Digest root = null;
    if (!conflicts.isEmpty()) {
      root = conflictSet.finish();
      buffer.flush();
    }
    List<TableMerge> planned = conflicts.isEmpty() ? schemas.given(tables) : tables;
    destructive.addAll(schemas.destructive());
    return new MergePlan(
        fastForward, planned, newTables, rows, conflicts, root, schemas.stored(), destructive);
  }

  /** Whether applications have changed the table on the default branch since the head. */
  private boolean isTouched(RepositoryState state, BranchState target, TableEntry ours) {
    TableHandle handle = Backends.handle(state, ours);
    return isTouched(backends.adapter(state, handle), state, target, handle, target.location(ours));
  }

  /**
   * Rows of a table that the source does not have, as far as they were decided about: they refer to
   * what the source takes away.
   */
  private MergedRows decidedRows(
      RepositoryState state,
      BranchState target,
      MergeBase base,
      TableHandle handle,
      TableEntry ours,
      MergeStrategy strategy,
      ConflictPolicy policy,
      List<Decision> decisions,
      Consumer<RuleDecision> told,
      ChunkBuffer buffer) {
    StateReader reader = backends.adapter(state, handle);
    TableState oursState = now(state, target, ours);
    RowMerge merge =
        new RowMerge(
            ours.tableId(),
            ours.name(),
            handle.schema(),
            strategy,
            policy.forTable(ours.name(), handle.schema()));
    BaseRows baseRows = new BaseRows(reader, handle, state, base);
    MergedRows merged =
        new MergedRows(
            new RowDecisions(merge, handle, decisions, told),
            MergedSchema.unchanged(handle.schema()),
            buffer,
            Integer.MAX_VALUE,
            key -> new MergedRows.Sides(BaseRow.of(baseRows.row(key)), null));
    merged.settleOthers(key ->
        new ThreeWayRow(
            key, baseRows.row(key), reader.row(handle, oursState, key).orElse(null), null));
    return merged;
  }

  /** Whether a side has values of a column that it did not have at the base. */
  private boolean changed(
      RepositoryState state, MergeBase base, TableHandle table, TableState side, Column column) {
    int index = table.schema().indexOf(column.name());
    return new BaseRows(backends.adapter(state, table), table, state, base)
        .anyChange(side, change -> DroppedColumns.isNew(change, column, index));
  }

  /** What the branch begins with that gets a table. */
  private static TableEntry asRegistered(RepositoryState state, TableEntry theirs) {
    RegisteredTable table = state.tables().byId().get(theirs.tableId());
    return new TableEntry(
        table.id(),
        table.name(),
        table.schemaHash(),
        table.baselineHash(),
        table.baselineSum(),
        table.baselineRows(),
        RowsLocation.live(table.position()),
        null,
        table.baselineRows(),
        0,
        0);
  }

  private static TableMerge write(BranchState target, TableEntry ours, RowsLocation theirs) {
    return new TableMerge(
        ours.tableId(), "write", Math.max(target.location(ours).anchor(), theirs.anchor()), null);
  }

  /** The target's table with the schema that it has now. */
  private BranchTable working(RepositoryState state, BranchState target, TableEntry ours) {
    return working(backends, state, target, ours);
  }

  static BranchTable working(
      Backends backends, RepositoryState state, BranchState target, TableEntry ours) {
    return backends
        .working(
            state,
            target,
            List.of(new BranchTable(Backends.handle(state, ours), target.location(ours))))
        .getFirst();
  }

  private static Row theirsRow(
      MergedSchema schema,
      BaseRows base,
      StateReader reader,
      TableHandle table,
      TableState theirs,
      RowKey key) {
    Row row = reader.row(table, theirs, key).orElse(null);
    return schema.theirsMissing().isEmpty() || row == null
        ? row
        : schema.theirs(base.row(key), row);
  }

  /** The target's rows as they are now: of the default branch with what is not committed. */
  static TableState now(RepositoryState state, BranchState target, TableEntry ours) {
    RowsLocation head = target.location(ours);
    return state.isDefault(target)
        ? new TableState.Working(Backends.handle(state, target), head)
        : new TableState.Committed(head);
  }

  /** Whether applications have changed the table on the default branch since the head. */
  private static boolean isTouched(
      StateReader reader,
      RepositoryState state,
      BranchState target,
      TableHandle table,
      RowsLocation head) {
    return state.isDefault(target)
        && !reader
            .touched(Backends.handle(state, target), List.of(new BranchTable(table, head)))
            .isEmpty();
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
  static RowsLocation location(RepositoryState state, CommitState source, TableEntry entry) {
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
