package dev.epoch.storage.postgres.record;

import dev.epoch.events.table.Column;
import dev.epoch.storage.postgres.catalog.Layout;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Parts of the statements that write records into an overlay.
 *
 * @param rows relation of the overlay's rows
 * @param tombstones relation of the overlay's tombstones
 * @param workingSet relation of the overlay's working set
 * @param match condition that {@code target} and {@code given} have the same key
 * @param baseMatch the same for {@code base} and {@code given}
 * @param baseSelect query for the rows of the base that the branch sees
 * @param baseHasKey condition that the base has the key of {@code given}
 * @param writable columns that may be given a value
 * @param identities expression for the next value, by identity column
 * @param rules queries that find what breaks a unique rule
 * @param upserts statements made of these parts, by the columns that are given
 */
record OverlayParts(
    String rows,
    String tombstones,
    String workingSet,
    String match,
    String baseMatch,
    String baseSelect,
    String baseHasKey,
    List<String> writable,
    Map<String, String> identities,
    List<UniqueRule> rules,
    Map<List<Column>, String> upserts) {

  /**
   * A query that continues a WITH that defines {@code given}; rows mean that the rule is broken.
   */
  record UniqueRule(String name, String query) {}

  private static final String PARTS =
      """
      SELECT
        b.label AS branch_label,
        t.label AS table_label,
        epoch.key_match($1, 'target', 'given') AS target_match,
        epoch.key_match($1, 'base', 'given') AS base_match,
        epoch.base_select($2, $1, '{}') AS base_select,
        epoch.base_has_key($2, $1, 'given') AS base_has_key,
        epoch.writable_columns(epoch.live_table($1)) AS writable
      FROM epoch.tables AS t
      CROSS JOIN epoch.branches AS b
      WHERE t.table_id = $1 AND b.branch_id = $2
      """;

  /** Derives them from the catalogs. */
  static OverlayParts derive(Session session, String tableId, String branchId) {
    Row parts = session.first(PARTS, row -> row, tableId, branchId).orElseThrow();
    Layout.Overlay overlay =
        new Layout(parts.getString("table_label"), tableId)
            .overlay(parts.getString("branch_label"), branchId);
    return new OverlayParts(
        Quote.qualified(Layout.SCHEMA, overlay.rows()),
        Quote.qualified(Layout.SCHEMA, overlay.tombstones()),
        Quote.qualified(Layout.SCHEMA, overlay.workingSet()),
        parts.getString("target_match"),
        parts.getString("base_match"),
        parts.getString("base_select"),
        parts.getString("base_has_key"),
        List.of(parts.getArrayOfStrings("writable")),
        session
            .list(
                "SELECT column_name, next_value FROM epoch.identity_columns($1, $2)",
                row -> row,
                branchId,
                tableId)
            .stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    row -> row.getString("column_name"), row -> row.getString("next_value"))),
        session.list(
            "SELECT index_name, query FROM epoch.broken_rules($1, $2)",
            row -> new UniqueRule(row.getString("index_name"), row.getString("query")),
            branchId,
            tableId),
        new ConcurrentHashMap<>());
  }
}
