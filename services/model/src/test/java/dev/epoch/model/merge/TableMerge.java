package dev.epoch.model.merge;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.merge.rule.ConflictRules;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.ThreeWayRow;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A whole table merged row by row.
 *
 * @param rows after the merge, ours where it conflicts
 * @param conflicts by key
 */
record TableMerge(Map<RowKey, Row> rows, Map<RowKey, RowConflict> conflicts) {
  static TableMerge of(RandomTables tables, MergeStrategy strategy, ConflictRules rules) {
    RowMerge merge = merge(tables.table(), strategy, rules);
    Map<RowKey, Row> rows = RandomTables.rows(tables.ours());
    Map<RowKey, RowConflict> conflicts = new LinkedHashMap<>();
    for (RowKey key : tables.keys()) {
      switch (merge.merge(row(tables, key))) {
        case MergeOutcome.Unchanged _ -> {}
        case MergeOutcome.Write(RowChange change) -> apply(rows, change);
        case MergeOutcome.Conflict(RowConflict conflict) -> conflicts.put(key, conflict);
      }
    }
    return new TableMerge(rows, conflicts);
  }

  static TableMerge of(RandomTables tables) {
    return of(tables, MergeStrategy.DEFAULT, ConflictRules.MANUAL);
  }

  static RowMerge merge(TableSchema table, MergeStrategy strategy, ConflictRules rules) {
    return new RowMerge("t1", "things", table, strategy, rules);
  }

  static ThreeWayRow row(RandomTables tables, RowKey key) {
    return new ThreeWayRow(
        key, tables.base().get(key), tables.ours().get(key), tables.theirs().get(key));
  }

  static void apply(Map<RowKey, Row> rows, RowChange change) {
    if (!Objects.equals(rows.get(change.key()), change.before())) {
      throw new AssertionError("the row before is not " + change.before());
    }
    if (change.after() == null) {
      rows.remove(change.key());
    } else {
      rows.put(change.key(), change.after());
    }
  }

  static ContentSum sum(TableSchema table, Map<RowKey, Row> rows) {
    RowHasher hasher = new RowHasher(table);
    ContentSum sum = new ContentSum();
    rows.values().forEach(row -> sum.add(hasher, row));
    return sum;
  }
}
