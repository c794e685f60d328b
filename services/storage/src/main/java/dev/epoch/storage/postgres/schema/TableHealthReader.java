package dev.epoch.storage.postgres.schema;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.schema.TableHealth;
import dev.epoch.storage.schema.TableHealth.IndexHealth;
import io.vertx.mutiny.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Sizes and statistics of tables. */
final class TableHealthReader {
  private static final String HEALTH = CatalogRows.resource("health");

  /** PostgreSQL 16 tells when an index was used last. */
  private static final int LAST_USE_SINCE = 160_000;

  private TableHealthReader() {}

  static List<TableHealth> read(Session session, Collection<TablePath> tables) {
    String sql =
        HEALTH.replace(
            "{last_used}",
            CatalogRows.version(session) >= LAST_USE_SINCE
                ? "u.last_idx_scan"
                : "NULL::timestamptz");
    List<Row> rows =
        session.list(
            sql,
            Function.identity(),
            tables.stream().map(TablePath::schema).toArray(String[]::new),
            tables.stream().map(TablePath::table).toArray(String[]::new));
    Map<TablePath, List<Row>> byTable = new LinkedHashMap<>();
    rows.forEach(row ->
        byTable
            .computeIfAbsent(
                new TablePath(row.getString("schema"), row.getString("name")),
                any -> new ArrayList<>())
            .add(row));
    return byTable.entrySet().stream()
        .map(entry -> health(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static TableHealth health(TablePath path, List<Row> rows) {
    Row table = rows.getFirst();
    return new TableHealth(
        path,
        table.getLong("bytes"),
        table.getLong("rows"),
        table.getLong("dead_rows"),
        rows.stream()
            .filter(row -> row.getString("index_name") != null)
            .map(row -> {
              OffsetDateTime used = row.getOffsetDateTime("last_used");
              return new IndexHealth(
                  row.getString("index_name"),
                  row.getBoolean("valid"),
                  row.getLong("index_bytes"),
                  row.getBoolean("used"),
                  used == null ? null : used.toInstant());
            })
            .toList());
  }
}
