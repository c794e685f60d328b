package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.TableSchema;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What an operation on a branch has to do with the schemas of its tables; all by table id.
 *
 * @param versions of the open tables' rows in the catalogs, as they were looked at
 * @param altered what sessions have made of open tables and is not committed
 * @param layered tables that were not looked at, because they were not open when that was last
 *     known
 * @param definitions of tables as the operation leaves them, null where they are as the live ones;
 *     see {@code epoch.branch_tables.definition}
 */
public record OpenSchemas(
    Map<String, String> versions,
    Map<String, TableSchema> altered,
    Set<String> layered,
    Map<String, String> definitions) {

  public OpenSchemas {
    versions = Map.copyOf(versions);
    altered = Map.copyOf(altered);
    layered = Set.copyOf(layered);
    definitions = new HashMap<>(definitions);
  }

  /** For operations on the default branch. */
  public static final OpenSchemas NONE = new OpenSchemas(Map.of(), Map.of(), Set.of(), Map.of());

  /** For {@code epoch.show_columns}. */
  String definition(String table) {
    return definitions.getOrDefault(table, "");
  }

  /** Whether the operation leaves the table with a schema of the branch's own. */
  boolean isDefined(String table) {
    String definition = definition(table);
    return definition != null && !definition.isEmpty();
  }
}
