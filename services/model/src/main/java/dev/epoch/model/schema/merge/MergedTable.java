package dev.epoch.model.schema.merge;

import dev.epoch.events.table.TableSchema;
import java.util.List;
import java.util.Map;

/**
 * What a merge of one table's schemas comes to.
 *
 * @param schema merged; where a conflict is open it has what our side has
 * @param conflicts without a decision
 * @param unified our id for each id of theirs that means the same column: both sides have added it
 */
public record MergedTable(
    TableSchema schema, List<SchemaConflict> conflicts, Map<String, String> unified) {
  public MergedTable {
    conflicts = List.copyOf(conflicts);
    unified = Map.copyOf(unified);
  }

  public boolean isDecided() {
    return conflicts.isEmpty();
  }
}
