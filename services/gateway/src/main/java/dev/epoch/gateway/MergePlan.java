package dev.epoch.gateway;

import dev.epoch.events.Digest;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a merge would do.
 *
 * @param fastForward whether the head only moves
 * @param tables what happens to each table that changes
 * @param newTables ids of tables that come to the target with the merge
 * @param writes rows to write, by table id; each can be read again and again
 * @param conflicts number by table name; empty if the merge can happen
 * @param conflictSet root chunk of the conflicts, or null
 */
record MergePlan(
    boolean fastForward,
    List<TableMerge> tables,
    List<String> newTables,
    Map<String, Supplier<RowStream<RowChange>>> writes,
    Map<String, Long> conflicts,
    Digest conflictSet) {

  MergePlan {
    tables = List.copyOf(tables);
    newTables = List.copyOf(newTables);
    writes = Map.copyOf(writes);
    conflicts = Map.copyOf(conflicts);
  }

  /** Rows to write into a table. */
  RowStream<RowChange> changes(String tableId) {
    return writes.get(tableId).get();
  }
}
