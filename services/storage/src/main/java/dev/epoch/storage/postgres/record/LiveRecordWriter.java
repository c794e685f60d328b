package dev.epoch.storage.postgres.record;

import dev.epoch.events.table.Column;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.postgres.catalog.ApplicationPath;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.RelationNames;
import java.util.stream.Collectors;

/** Writes records into a live table, like any application. */
final class LiveRecordWriter implements RecordWrites.RecordWriter {
  private final Session session;
  private final String live;
  private final String match;

  private LiveRecordWriter(Session session, TableHandle table, String match) {
    this.session = session;
    this.live = Quote.qualified(table.path().schema(), table.path().table());
    this.match = match;
  }

  static LiveRecordWriter open(
      Session session, TableHandle table, ShapeCache<String> keyMatches, RelationNames names) {
    String match =
        keyMatches.get(
            session,
            table.id(),
            null,
            () -> names.requireFitting(session, table),
            () -> keyMatch(session, table));
    ApplicationPath.enter(session);
    return new LiveRecordWriter(session, table, match);
  }

  @Override
  public long delete(RecordBatch.Group keys) {
    return session.execute(
        """
        WITH %s
        DELETE FROM %s AS target
        USING given
        WHERE %s
        """
            .formatted(keys.relation(), live, match),
        keys.parameters());
  }

  @Override
  public Upserted upsert(RecordBatch.Group group) {
    long updated =
        group.otherColumns().isEmpty()
            ? 0
            : session.execute(
                """
                WITH %s
                UPDATE %s AS target
                SET %s
                FROM given
                WHERE %s AND %s
                """
                    .formatted(
                        group.relation(),
                        live,
                        RecordWrites.assignments(group),
                        match,
                        RecordWrites.differ(group, "target")),
                group.parameters());
    String columns = Quote.identifiers(group.columns().stream().map(Column::name).toList());
    String values =
        group.columns().stream()
            .map(column -> "given." + Quote.identifier(column.name()))
            .collect(Collectors.joining(", "));
    long inserted =
        session.execute(
            """
            WITH %s
            INSERT INTO %s (%s)
            OVERRIDING SYSTEM VALUE
            SELECT %s
            FROM given
            WHERE (NOT EXISTS (SELECT FROM %2$s AS target WHERE %s)) IS TRUE
            ORDER BY given.epoch_index
            """
                .formatted(group.relation(), live, columns, values, match),
            group.parameters());
    return new Upserted(inserted, updated);
  }

  /** The condition that target and given have the same key. */
  private static String keyMatch(Session session, TableHandle table) {
    return session
        .first(
            "SELECT epoch.key_match($1, 'target', 'given') AS condition",
            row -> row.getString("condition"),
            table.id())
        .orElseThrow();
  }
}
