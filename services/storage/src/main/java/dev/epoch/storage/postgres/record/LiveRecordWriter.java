package dev.epoch.storage.postgres.record;

import dev.epoch.events.table.Column;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.ApplicationPath;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.RelationNames;
import java.util.stream.Collectors;

/** Writes records into a live table, like any application. */
final class LiveRecordWriter implements RecordWrites.RecordWriter {
  /** Where there are triggers of users, what they name without a schema is the branch's. */
  private static final String STAND_ON_BRANCH =
      """
      SELECT epoch.use_branch($2, $3, true)
      WHERE EXISTS (
        SELECT FROM pg_catalog.pg_trigger AS g
        JOIN pg_catalog.pg_proc AS p ON p.oid OPERATOR(pg_catalog.=) g.tgfoid
        WHERE g.tgrelid OPERATOR(pg_catalog.=) $1::pg_catalog.text::pg_catalog.regclass
          AND NOT g.tgisinternal
          AND p.pronamespace OPERATOR(pg_catalog.<>) 'epoch'::pg_catalog.regnamespace
      )\
      """;

  private final Session session;
  private final TableHandle table;
  private final String users;
  private final String live;
  private final String match;

  /**
   * @param live relation with the keys: the users' table but for append-only ones
   */
  private LiveRecordWriter(
      Session session, TableHandle table, String users, String live, String match) {
    this.session = session;
    this.table = table;
    this.users = users;
    this.live = live;
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
    String live =
        table.schema().appendOnly()
            ? names.live(session, table).rows()
            : Quote.qualified(table.path().schema(), table.path().table());
    ApplicationPath.enter(session);
    String users = Quote.qualified(table.path().schema(), table.path().table());
    return new LiveRecordWriter(session, table, users, live, match);
  }

  /** For the rows of a branch in an open table, which is quoted with its schema. */
  static LiveRecordWriter ofOpenTable(
      Session session, BranchHandle branch, TableHandle table, String openTable) {
    String match = new TableColumns(table.schema()).sameKeyInAnyPath("target", "given");
    ApplicationPath.enter(session);
    session.list(STAND_ON_BRANCH, row -> row, openTable, branch.name(), branch.repository());
    return new LiveRecordWriter(session, table, openTable, openTable, match);
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
    if (table.schema().appendOnly()) {
      return append(group);
    }
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

  private Upserted append(RecordBatch.Group group) {
    if (!group.keyColumns().isEmpty()) {
      requireAsGiven(group);
      return new Upserted(0, 0);
    }
    String columns = Quote.identifiers(group.columns().stream().map(Column::name).toList());
    long inserted =
        session.execute(
            """
            WITH %s
            INSERT INTO %s (%s)
            OVERRIDING SYSTEM VALUE
            SELECT %3$s FROM given ORDER BY given.epoch_index
            """
                .formatted(group.relation(), users, columns),
            group.parameters());
    return new Upserted(inserted, 0);
  }

  private void requireAsGiven(RecordBatch.Group group) {
    String same =
        group.otherColumns().isEmpty() ? "" : " AND NOT " + RecordWrites.differ(group, "target");
    boolean others =
        session
            .first(
                """
                WITH %s
                SELECT EXISTS (
                  SELECT FROM given WHERE NOT EXISTS (SELECT FROM %s AS target WHERE %s%s)
                )
                """
                    .formatted(group.relation(), live, match, same),
                row -> row.getBoolean(0),
                group.parameters())
            .orElseThrow();
    if (others) {
      throw RecordWrites.appendOnly(table);
    }
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
