package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectName;
import java.util.List;
import java.util.Map;

/**
 * What a merge of schemas comes to.
 *
 * @param schema merged; where a conflict is open it has what our side has
 * @param conflicts without a decision
 * @param unified of each table, our id for each id of theirs that means the same column: both sides
 *     have added it
 */
public record MergedSchema(
    DatabaseSchema schema,
    List<SchemaConflict> conflicts,
    Map<ObjectName, Map<String, String>> unified) {
  public MergedSchema {
    conflicts = List.copyOf(conflicts);
    unified = Map.copyOf(unified);
  }

  public boolean isDecided() {
    return conflicts.isEmpty();
  }
}
