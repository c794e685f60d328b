package dev.epoch.storage.postgres.record;

import dev.epoch.events.table.Column;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.RelationNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

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

  /**
   * Of a table whose overlay was there, and which had nothing else, when it was last written: that
   * is assumed to hold, and looked at under the lock on the overlay.
   */
  static Optional<OverlayRecordWriter> ofKnown(
      Session session, BranchHandle branch, TableHandle table, ShapeCache<OverlayParts> shapes) {
    return shapes
        .assumed(session, table.id(), branch.id(), OverlayRecordWriter::lock)
        .map(parts -> new OverlayRecordWriter(session, table, parts));
  }

  private static void lock(Session session, OverlayParts parts) {
    session.send("LOCK TABLE " + parts.workingSet() + " IN SHARE ROW EXCLUSIVE MODE");
  }

  /** Makes the overlay if there is none, and locks it. */
  static OverlayRecordWriter open(
      Session session,
      BranchHandle branch,
      TableHandle table,
      ShapeCache<OverlayParts> shapes,
      RelationNames names) {
    OverlayParts parts =
        shapes.get(
            session,
            table.id(),
            branch.id(),
            () -> {
              names.requireFitting(session, table);
              session.send("SELECT epoch.ensure_overlay($1, $2)::text", branch.id(), table.id());
            },
            () -> OverlayParts.derive(session, table.id(), branch.id()));
    lock(session, parts);
    return new OverlayRecordWriter(session, table, parts);
  }

  @Override
  public long delete(RecordBatch.Group keys) {
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
  public Upserted upsert(RecordBatch.Group group) {
    if (group.keyColumns().isEmpty()) {
      return append(group);
    }
    String sql =
        parts
            .upserts()
            .computeIfAbsent(group.columns(), _ -> new OverlayUpsertSql(parts, group).statement());
    Supplier<List<Upserted>> written =
        session.ask(sql, row -> new Upserted(row.getLong(0), row.getLong(1)), group.parameters());
    List<Runnable> checks = new ArrayList<>();
    parts.rules().forEach(rule -> checks.add(check(rule, group)));
    Upserted upserted = written.get().getFirst();
    checks.forEach(Runnable::run);
    if (table.schema().appendOnly() && upserted.inserted() + upserted.updated() > 0) {
      throw RecordWrites.appendOnly(table);
    }
    return upserted;
  }

  /** Rows of an append-only table: the overlay gives them their ids. */
  private Upserted append(RecordBatch.Group group) {
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
    long inserted =
        session.execute(
            "WITH %s INSERT INTO %s (%s) SELECT %s FROM given ORDER BY given.epoch_index"
                .formatted(
                    group.relation(),
                    parts.rows(),
                    Quote.identifiers(columns),
                    String.join(", ", values)),
            group.parameters());
    return new Upserted(inserted, 0);
  }

  private Runnable check(OverlayParts.UniqueRule rule, RecordBatch.Group group) {
    Supplier<List<Boolean>> broken =
        session.ask("WITH " + group.relation() + rule.query(), row -> true, group.parameters());
    return () -> {
      if (!broken.get().isEmpty()) {
        throw new WriteRefusedException(
            -1,
            "duplicate key value violates unique constraint \""
                + rule.name()
                + "\" of "
                + table.name(),
            "Another row of the branch has the same values");
      }
    };
  }

  private List<Integer> indexes(String sql, Object[] parameters) {
    return session.list(sql, row -> row.getInteger("epoch_index"), parameters);
  }

  private static String names(List<Column> columns) {
    return Quote.identifiers(columns.stream().map(Column::name).toList());
  }
}
