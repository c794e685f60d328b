package dev.epoch.storage.postgres.schema;

import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.schema.AppliedMigration;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What Flyway and Liquibase note of the migrations that they have run. */
final class MigrationNotes {
  private static final String FLYWAY =
      """
      SELECT coalesce(m.version, '') AS id, m.description, m.script,
        coalesce(m.checksum::text, '') AS checksum,
        m.installed_on AT TIME ZONE pg_catalog.current_setting('TimeZone') AS at, m.success
      FROM %s AS m
      WHERE m.type NOT IN ('SCHEMA', 'BASELINE', 'DELETE')
      ORDER BY m.installed_rank
      """;

  private static final String LIQUIBASE =
      """
      SELECT m.author || ':' || m.id AS id, m.filename AS description,
        m.author || ':' || m.id AS script, coalesce(m.md5sum, '') AS checksum,
        m.dateexecuted AT TIME ZONE pg_catalog.current_setting('TimeZone') AS at,
        m.exectype IN ('EXECUTED', 'RERAN', 'MARK_RAN') AS success
      FROM %s AS m
      ORDER BY m.dateexecuted, m.orderexecuted
      """;

  private MigrationNotes() {}

  /** In the order in which they ran; none where the tool was never used. */
  static List<AppliedMigration> read(Session session, boolean flyway, Collection<String> schemas) {
    List<AppliedMigration> found = new ArrayList<>();
    String table = flyway ? "flyway_schema_history" : "databasechangelog";
    for (String schema : schemas) {
      String name = Quote.qualified(schema, table);
      boolean there =
          session
              .first(
                  "SELECT pg_catalog.to_regclass($1) IS NOT NULL", row -> row.getBoolean(0), name)
              .orElse(false);
      if (there) {
        found.addAll(
            session.list((flyway ? FLYWAY : LIQUIBASE).formatted(name), row -> note(schema, row)));
      }
    }
    return found;
  }

  private static AppliedMigration note(String schema, Row row) {
    return new AppliedMigration(
        schema,
        row.getString("id"),
        row.getString("description"),
        row.getString("script"),
        row.getString("checksum"),
        row.getOffsetDateTime("at").toInstant(),
        row.getBoolean("success"));
  }
}
