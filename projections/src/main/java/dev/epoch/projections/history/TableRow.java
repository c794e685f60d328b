package dev.epoch.projections.history;

import dev.epoch.events.table.TableSchema;
import io.vertx.mutiny.sqlclient.Row;

/**
 * A table that a ref shows.
 *
 * @param id of its registration, never used again
 * @param name in the repository
 * @param storage it is in
 * @param schemaName in the database
 * @param tableName in the database
 * @param schema as the commit has it, or as it was registered
 * @param rowCount records of the commit, or at registration
 * @param committed whether the commit holds it
 */
public record TableRow(
    String id,
    String name,
    String storage,
    String schemaName,
    String tableName,
    TableSchema schema,
    long rowCount,
    boolean committed) {

  static TableRow of(Row row) {
    return new TableRow(
        row.getString("table_id"),
        row.getString("name"),
        row.getString("storage"),
        row.getString("schema_name"),
        row.getString("table_name"),
        TableStatements.schema(row.getString("content")),
        row.getLong("row_count"),
        row.getBoolean("committed"));
  }
}
