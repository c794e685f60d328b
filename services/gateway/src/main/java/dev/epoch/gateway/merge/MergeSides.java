package dev.epoch.gateway.merge;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.merge.schema.DroppedColumns;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.model.commit.MergeBase;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.state.CommittedContent;
import dev.epoch.storage.state.StateReader;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What a merge compares: the target with its head (ours), the source (theirs), and their base.
 *
 * @param target the branch that gets the changes
 * @param source the commit that they come from
 * @param base what both are compared with
 */
record MergeSides(
    Backends backends,
    RepositoryState state,
    BranchState target,
    CommitState source,
    MergeBase base) {

  CommitState head() {
    return state.head(target);
  }

  boolean intoDefault() {
    return state.isDefault(target);
  }

  /** Tables of the source that are still registered, by name. */
  List<TableEntry> theirs() {
    return entries(source);
  }

  /** Tables of the target's head that are still registered, by name. */
  List<TableEntry> ours() {
    return entries(head());
  }

  private List<TableEntry> entries(CommitState commit) {
    List<TableEntry> entries = new ArrayList<>();
    for (String name : new TreeSet<>(commit.tree().keySet())) {
      TableEntry entry = commit.tree().get(name);
      if (!state.tables().byId().get(entry.tableId()).removed()) {
        entries.add(entry);
      }
    }
    return entries;
  }

  /** The target's entry of the same table, null if it has none. */
  TableEntry oursOf(TableEntry theirs) {
    return entryOf(head(), theirs);
  }

  /** The source's entry of the same table, null if it has none. */
  TableEntry theirsOf(TableEntry ours) {
    return entryOf(source, ours);
  }

  /** The entry of the same table; another one may have had its name before. */
  private static TableEntry entryOf(CommitState commit, TableEntry like) {
    TableEntry entry = commit.tree().get(like.name());
    return entry != null && entry.tableId().equals(like.tableId()) ? entry : null;
  }

  TableHandle handle(TableEntry entry) {
    return Backends.handle(state, entry);
  }

  StateReader reader(TableHandle table) {
    return backends.adapter(state, table);
  }

  /** The target's table with the schema that it has now. */
  BranchTable working(TableEntry ours) {
    return backends
        .working(state, target, List.of(new BranchTable(handle(ours), target.location(ours))))
        .getFirst();
  }

  /** The target's rows as they are now: of the default branch with what is not committed. */
  TableState now(TableEntry ours) {
    RowsLocation head = target.location(ours);
    return intoDefault()
        ? new TableState.Working(Backends.handle(state, target), head)
        : new TableState.Committed(head);
  }

  /**
   * Where the rows of a table of the source are read best: where the branch that stands there keeps
   * them.
   */
  RowsLocation location(TableEntry theirs) {
    if (state.defaultBranch().head().equals(source.id())) {
      return state.defaultBranch().location(theirs);
    }
    return state.branches().byId().values().stream()
        .filter(branch -> branch.head().equals(source.id()))
        .findFirst()
        .map(branch -> branch.location(theirs))
        .orElse(theirs.location());
  }

  /** Whether both are the same table with the same rows and the same schema; null is none. */
  static boolean same(TableEntry one, TableEntry other) {
    return one != null
        && other != null
        && one.tableId().equals(other.tableId())
        && one.contentHash().equals(other.contentHash())
        && one.schemaHash().equals(other.schemaHash());
  }

  boolean everyBaseHas(TableEntry entry) {
    List<TableEntry> bases = BaseRows.entries(state, base, entry.name());
    return !bases.isEmpty() && bases.stream().allMatch(candidate -> same(candidate, entry));
  }

  /** Whether the target sees the table through no overlay of its own, and has no change of it. */
  boolean neverChanged(TableEntry ours) {
    return !target.id().equals(target.location(ours).overlay()) && everyBaseHas(ours);
  }

  /**
   * Tables that will not be as the source has them: rows of others that refer to them, or that they
   * refer to, have to be looked at together.
   */
  List<TableHandle> changedByOurs() {
    return ours().stream()
        .filter(ours -> !same(ours, theirsOf(ours)) && !everyBaseHas(ours))
        .map(this::handle)
        .toList();
  }

  /** Whether applications have changed the table on the default branch since the head. */
  boolean isTouched(TableHandle table, TableEntry ours) {
    if (!intoDefault()) {
      return false;
    }
    List<BranchTable> live = List.of(new BranchTable(table, target.location(ours)));
    backends
        .adapter(state, table)
        .verify(
            Backends.handle(state, target),
            live,
            _ -> new CommittedContent(ours.rowCount(), ours.contentHash()));
    return !reader(table).touched(Backends.handle(state, target), live).isEmpty();
  }

  /** Whether rows that only the live table had cannot be read with their values of a column. */
  boolean isLost(TableHandle table, Column column) {
    return backends.adapter(state, table).lost(table).contains(column.name());
  }

  /**
   * Whether a side has values of a column that it did not have at the base.
   *
   * @param inserts whether those of rows that are new count
   */
  boolean changed(TableHandle table, TableState side, Column column, boolean inserts) {
    int index = table.schema().indexOf(column.name());
    return new BaseRows(reader(table), table, state, base)
        .anyChange(
            side,
            change ->
                (inserts || change.kind() != RowChange.Kind.INSERT)
                    && DroppedColumns.isNew(change, column, index));
  }

  /** What the branch begins with that gets a table: the rows it was registered with, none. */
  TableEntry asRegistered(TableEntry theirs) {
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
}
