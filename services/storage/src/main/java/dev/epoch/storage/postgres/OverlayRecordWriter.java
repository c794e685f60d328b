package dev.epoch.storage.postgres;

import dev.epoch.events.table.Column;
import dev.epoch.storage.BranchHandle;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.WriteRefusedException;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes records into the overlay of a branch: what the function behind the branch's views does row
 * by row, for many rows.
 *
 * <pre>
 *   delete   rows of the overlay go; then tombstones for keys that the base has
 *   update   rows of the overlay are updated; changed rows of the base are copied into it
 *   insert   tombstones go; then rows for keys that the branch does not see
 * </pre>
 *
 * The lock on the working set keeps other writers out until the transaction ends, so that what was
 * looked up stays true.
 */
final class OverlayRecordWriter implements RecordWrites.RecordWriter {
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

  private final Session session;
  private final TableHandle table;
  private final String rows;
  private final String tombstones;
  private final String match;
  private final String baseMatch;
  private final String baseSelect;
  private final String baseHasKey;
  private final List<String> writable;
  private final Map<String, String> identities;
  private final List<UniqueRule> rules;

  private record UniqueRule(String name, String query) {}

  private OverlayRecordWriter(Session session, BranchHandle branch, TableHandle table) {
    Row parts = session.first(PARTS, row -> row, table.id(), branch.id()).orElseThrow();
    Layout.Overlay overlay =
        new Layout(parts.getString("table_label"), table.id())
            .overlay(parts.getString("branch_label"), branch.id());
    this.session = session;
    this.table = table;
    this.rows = Quote.qualified(Layout.SCHEMA, overlay.rows());
    this.tombstones = Quote.qualified(Layout.SCHEMA, overlay.tombstones());
    this.match = parts.getString("target_match");
    this.baseMatch = parts.getString("base_match");
    this.baseSelect = parts.getString("base_select");
    this.baseHasKey = parts.getString("base_has_key");
    this.writable = List.of(parts.getArrayOfStrings("writable"));
    this.identities =
        session
            .list(
                "SELECT column_name, next_value FROM epoch.identity_columns($1)",
                row -> row,
                table.id())
            .stream()
            .collect(
                Collectors.toMap(
                    row -> row.getString("column_name"), row -> row.getString("next_value")));
    this.rules =
        session.list(
            "SELECT index_name, query FROM epoch.broken_rules($1, $2)",
            row -> new UniqueRule(row.getString("index_name"), row.getString("query")),
            branch.id(),
            table.id());
    session.run(
        "LOCK TABLE "
            + Quote.qualified(Layout.SCHEMA, overlay.workingSet())
            + " IN SHARE ROW EXCLUSIVE MODE");
  }

  /** Makes the overlay if there is none, and locks it. */
  static OverlayRecordWriter open(Session session, BranchHandle branch, TableHandle table) {
    session.list("SELECT epoch.ensure_overlay($1, $2)::text", row -> row, branch.id(), table.id());
    return new OverlayRecordWriter(session, branch, table);
  }

  @Override
  public long delete(GivenRecords.Group keys) {
    Set<Integer> deleted =
        new HashSet<>(
            indexes(
                """
                WITH %s
                DELETE FROM %s AS target
                USING given
                WHERE %s
                RETURNING given.epoch_index
                """
                    .formatted(keys.relation(), rows, match),
                keys.parameters()));
    deleted.addAll(
        indexes(
            """
            WITH %1$s,
            hidden AS (
              SELECT given.*
              FROM given
              WHERE %2$s AND (NOT EXISTS (SELECT FROM %3$s AS target WHERE %4$s)) IS TRUE
            ),
            put AS (
              INSERT INTO %3$s (%5$s)
              SELECT %5$s FROM hidden
            )
            SELECT hidden.epoch_index FROM hidden
            """
                .formatted(keys.relation(), baseHasKey, tombstones, match, names(keys.columns())),
            keys.parameters()));
    return deleted.size();
  }

  @Override
  public Upserted upsert(GivenRecords.Group group) {
    long updated = group.otherColumns().isEmpty() ? 0 : updateOverlay(group) + updateBase(group);
    List<Integer> revived =
        indexes(
            """
            WITH %s
            DELETE FROM %s AS target
            USING given
            WHERE %s
            RETURNING given.epoch_index
            """
                .formatted(group.relation(), tombstones, match),
            group.parameters());
    long inserted = insert(group, revived);
    rules.forEach(rule -> check(rule, group));
    return new Upserted(inserted, updated);
  }

  private long updateOverlay(GivenRecords.Group group) {
    return session.execute(
        """
        WITH %s
        UPDATE %s AS target
        SET %s
        FROM given
        WHERE %s AND %s
        """
            .formatted(
                group.relation(),
                rows,
                RecordWrites.assignments(group),
                match,
                RecordWrites.differ(group, "target")),
        group.parameters());
  }

  /** OFFSET 0 keeps the lookup in the base a lookup by key, for each record. */
  private long updateBase(GivenRecords.Group group) {
    Set<String> given = group.otherColumns().stream().map(Column::name).collect(Collectors.toSet());
    String merged =
        writable.stream()
            .map(name -> (given.contains(name) ? "given." : "base.") + Quote.identifier(name))
            .collect(Collectors.joining(", "));
    return session.execute(
        """
        WITH %1$s
        INSERT INTO %2$s (%3$s)
        SELECT %4$s
        FROM given
        CROSS JOIN LATERAL (
          SELECT base.* FROM (%5$s) AS base WHERE %6$s OFFSET 0
        ) AS base
        WHERE (NOT EXISTS (SELECT FROM %2$s AS target WHERE %7$s)) IS TRUE
          AND (NOT EXISTS (SELECT FROM %8$s AS target WHERE %7$s)) IS TRUE
          AND %9$s
        ORDER BY given.epoch_index
        """
            .formatted(
                group.relation(),
                rows,
                Quote.identifiers(writable),
                merged,
                baseSelect,
                baseMatch,
                match,
                tombstones,
                RecordWrites.differ(group, "base")),
        group.parameters());
  }

  private long insert(GivenRecords.Group group, List<Integer> revived) {
    List<String> columns = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Column column : group.columns()) {
      columns.add(column.name());
      values.add("given." + Quote.identifier(column.name()));
    }
    identities.forEach((column, nextValue) -> {
      if (!columns.contains(column)) {
        columns.add(column);
        values.add(nextValue);
      }
    });
    return session.execute(
        """
        WITH %s
        INSERT INTO %s (%s)
        SELECT %s
        FROM given
        WHERE (NOT EXISTS (SELECT FROM %2$s AS target WHERE %s)) IS TRUE
          AND (given.epoch_index = ANY ($%d::integer[]) OR NOT (%s))
        ORDER BY given.epoch_index
        """
            .formatted(
                group.relation(),
                rows,
                Quote.identifiers(columns),
                String.join(", ", values),
                match,
                group.parameterCount() + 1,
                baseHasKey),
        group.parameters((Object) revived.toArray(Integer[]::new)));
  }

  private void check(UniqueRule rule, GivenRecords.Group group) {
    boolean broken =
        session
            .first("WITH " + group.relation() + rule.query(), row -> true, group.parameters())
            .orElse(false);
    if (broken) {
      throw new WriteRefusedException(
          -1,
          "duplicate key value violates unique constraint \""
              + rule.name()
              + "\" of "
              + table.name(),
          "Another row of the branch has the same values");
    }
  }

  private List<Integer> indexes(String sql, Object[] parameters) {
    return session.list(sql, row -> row.getInteger("epoch_index"), parameters);
  }

  private static String names(List<Column> columns) {
    return Quote.identifiers(columns.stream().map(Column::name).toList());
  }
}
