package dev.epoch.model.merge;

import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.ThreeWayRow;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A whole table merged row by row.
 *
 * @param rows after the merge, ours where it conflicts
 * @param conflicts by key
 */
record TableMerge(Map<String, Row> rows, Map<String, RowConflict> conflicts) {
  static TableMerge of(RandomTables tables, MergeStrategy strategy, ConflictRules rules) {
    RowMerge merge = new RowMerge("t1", "things", RandomTables.TABLE, strategy, rules);
    Map<String, Row> rows = new TreeMap<>(tables.ours());
    Map<String, RowConflict> conflicts = new LinkedHashMap<>();
    for (String key : tables.keys()) {
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

  static ThreeWayRow row(RandomTables tables, String key) {
    return new ThreeWayRow(
        RandomTables.key(key),
        tables.base().get(key),
        tables.ours().get(key),
        tables.theirs().get(key));
  }

  static void apply(Map<String, Row> rows, RowChange change) {
    String key = change.key().get(0);
    if (!java.util.Objects.equals(rows.get(key), change.before())) {
      throw new AssertionError("the row before is not " + change.before());
    }
    if (change.after() == null) {
      rows.remove(key);
    } else {
      rows.put(key, change.after());
    }
  }

  static ContentSum sum(Map<String, Row> rows) {
    RowHasher hasher = new RowHasher(RandomTables.TABLE);
    ContentSum sum = new ContentSum();
    rows.values().forEach(row -> sum.add(hasher, row));
    return sum;
  }
}
