package dev.epoch.projections.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.event.TableRegisteredV1;
import dev.epoch.events.event.TableRemovedV1;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.projections.Sql;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.io.UncheckedIOException;
import java.util.List;

/** What {@link HistoryProjector} writes of registered tables and their schemas. */
final class TableStatements {
  private static final String REGISTER =
      """
      INSERT INTO registrations (
        repository, table_id, name, storage, schema_name, table_name, schema_hash, row_count, branch_id, removed, kept
      )
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, false, false)
      """;

  /** What was dropped once stays so. */
  private static final String REMOVE =
      """
      UPDATE registrations SET removed = true, kept = $3 AND (kept OR NOT removed)
      WHERE repository = $1 AND table_id = $2
      """;

  private static final String SCHEMA =
      """
      INSERT INTO table_schemas (repository, hash, content)
      VALUES ($1, $2, $3)
      ON CONFLICT DO NOTHING
      """;

  private TableStatements() {}

  static Uni<Void> registered(
      SqlConnection transaction, String repository, TableRegisteredV1 table) {
    return Sql.all(
        schemas(
            transaction,
            repository,
            List.of(new StoredSchema(table.name(), table.schemaHash(), table.schema()))),
        Sql.run(
            transaction,
            REGISTER,
            repository,
            table.tableId(),
            table.name(),
            table.storage(),
            table.schemaName(),
            table.tableName(),
            table.schemaHash().hex(),
            table.rowCount(),
            table.branchId()));
  }

  static Uni<Void> removed(SqlConnection transaction, String repository, TableRemovedV1 table) {
    return Sql.run(transaction, REMOVE, repository, table.tableId(), table.kept());
  }

  /** Those that are not there yet. */
  static Uni<Void> schemas(
      SqlConnection transaction, String repository, List<StoredSchema> schemas) {
    return schemas.isEmpty()
        ? Uni.createFrom().voidItem()
        : Uni.combine()
            .all()
            .unis(
                schemas.stream()
                    .map(schema ->
                        Sql.run(
                            transaction,
                            SCHEMA,
                            repository,
                            schema.hash().hex(),
                            text(schema.schema())))
                    .toList())
            .discardItems();
  }

  /** What a commit makes of tables, as the statement that records it reads it. */
  static JsonArray versions(List<TableEntry> changed, List<String> removed) {
    JsonArray versions = new JsonArray();
    for (TableEntry entry : changed) {
      versions.add(
          new JsonObject()
              .put("name", entry.name())
              .put("table_id", entry.tableId())
              .put("row_count", entry.rowCount())
              .put("schema_hash", entry.schemaHash().hex()));
    }
    removed.forEach(name -> versions.add(new JsonObject().put("name", name)));
    return versions;
  }

  private static String text(TableSchema schema) {
    try {
      return RecordCodec.json().writeValueAsString(schema);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TableSchema schema(String text) {
    try {
      return RecordCodec.json().readValue(text, TableSchema.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
