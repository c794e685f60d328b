package dev.epoch.gateway.merge;

import dev.epoch.events.Digest;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.model.schema.merge.MergedObjects;
import dev.epoch.storage.operation.PlannedRows;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a merge would do.
 *
 * @param fastForward whether the head only moves, if there are no live changes to commit first
 * @param tables what happens to each table that changes
 * @param newTables ids of tables that come to the target with the merge
 * @param rows what to write, by table id; each can be asked for again and again
 * @param conflicts number by table name; empty if the merge can happen
 * @param conflictSet root chunk of the conflicts, or null
 * @param schemas that tables get; records may have some of them
 * @param destructive what of it takes something of live tables away for good
 * @param labels statements that give types of live tables new labels, by storage; they are run
 *     before the merge is planned again and done, since rows of a transaction cannot have labels
 *     that it adds
 * @param objects what becomes of views, functions and the like, by name of the storage
 */
public record MergePlan(
    boolean fastForward,
    List<TableMerge> tables,
    List<String> newTables,
    Map<String, Supplier<PlannedRows>> rows,
    Map<String, Long> conflicts,
    Digest conflictSet,
    List<StoredSchema> schemas,
    List<String> destructive,
    Map<String, List<String>> labels,
    Map<String, MergedObjects> objects) {

  public MergePlan {
    tables = List.copyOf(tables);
    newTables = List.copyOf(newTables);
    rows = Map.copyOf(rows);
    conflicts = Map.copyOf(conflicts);
    schemas = List.copyOf(schemas);
    destructive = List.copyOf(destructive);
    labels = Map.copyOf(labels);
    objects = Map.copyOf(objects);
  }

  /** What to write into a table. */
  PlannedRows rows(String tableId) {
    return rows.get(tableId).get();
  }
}
