package dev.epoch.storage.postgres;

import dev.epoch.events.table.Column;
import dev.epoch.storage.BranchHandle;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.WriteRefusedException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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
  private final Session session;
  private final TableHandle table;
  private final OverlayParts parts;

  private OverlayRecordWriter(Session session, TableHandle table, OverlayParts parts) {
    this.session = session;
    this.table = table;
    this.parts = parts;
  }

  /** Makes the overlay if there is none, and locks it. */
  static OverlayRecordWriter open(
      Session session, BranchHandle branch, TableHandle table, ShapeCache<OverlayParts> shapes) {
    session.list("SELECT epoch.ensure_overlay($1, $2)::text", row -> row, branch.id(), table.id());
    OverlayParts parts =
        shapes.get(
            session,
            table.id(),
            branch.id(),
            () -> OverlayParts.derive(session, table.id(), branch.id()));
    session.run("LOCK TABLE " + parts.workingSet() + " IN SHARE ROW EXCLUSIVE MODE");
    return new OverlayRecordWriter(session, table, parts);
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
                    .formatted(keys.relation(), parts.rows(), parts.match()),
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
                .formatted(
                    keys.relation(),
                    parts.baseHasKey(),
                    parts.tombstones(),
                    parts.match(),
                    names(keys.columns())),
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
                .formatted(group.relation(), parts.tombstones(), parts.match()),
            group.parameters());
    long inserted = insert(group, revived);
    parts.rules().forEach(rule -> check(rule, group));
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
                parts.rows(),
                RecordWrites.assignments(group),
                parts.match(),
                RecordWrites.differ(group, "target")),
        group.parameters());
  }

  /** OFFSET 0 keeps the lookup in the base a lookup by key, for each record. */
  private long updateBase(GivenRecords.Group group) {
    Set<String> given = group.otherColumns().stream().map(Column::name).collect(Collectors.toSet());
    String merged =
        parts.writable().stream()
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
                parts.rows(),
                Quote.identifiers(parts.writable()),
                merged,
                parts.baseSelect(),
                parts.baseMatch(),
                parts.match(),
                parts.tombstones(),
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
    parts
        .identities()
        .forEach((column, nextValue) -> {
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
                parts.rows(),
                Quote.identifiers(columns),
                String.join(", ", values),
                parts.match(),
                group.parameterCount() + 1,
                parts.baseHasKey()),
        group.parameters((Object) revived.toArray(Integer[]::new)));
  }

  private void check(OverlayParts.UniqueRule rule, GivenRecords.Group group) {
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
