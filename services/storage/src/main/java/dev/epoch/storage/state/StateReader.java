package dev.epoch.storage.state;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads states of tables, and what lies between them. A stream is of one snapshot, and holds what
 * it needs until it is closed.
 */
public interface StateReader {
  /** Rows of a state in the order of the native key. */
  RowStream<Row> rows(TableHandle table, TableState state, RowQuery query);

  Optional<Row> row(TableHandle table, TableState state, RowKey key);

  /**
   * Rows that differ between two states, each once, in the order of the native key if {@code query}
   * asks for it. O(changes).
   */
  RowStream<RowChange> changes(
      TableHandle table, TableState from, TableState to, ChangeQuery query);

  /**
   * The rows of {@code base}, {@code ours} and {@code theirs} for each key whose row differs
   * between base and theirs.
   */
  RowStream<ThreeWayRow> threeWay(
      TableHandle table, TableState base, TableState ours, TableState theirs);

  /** Net uncommitted changes of the tables on a branch, tables without any left out. */
  Map<String, PendingChanges> pending(BranchHandle branch, Collection<BranchTable> tables);

  /**
   * Ids of the tables that were written on a branch since its last commit, also where nothing came
   * of it, and of those whose schema is not that of their handle: cheaper than {@link #pending},
   * and never less.
   */
  Set<String> touched(BranchHandle branch, Collection<BranchTable> tables);
}
