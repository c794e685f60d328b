package dev.epoch.storage.postgres.connection;

import java.util.Optional;

/**
 * The search_path that a session of an application has: that of {@code ALTER ROLE} and {@code ALTER
 * DATABASE ... SET}, as they are now, else the server's; without the schemas of a branch, if it
 * leads to one.
 *
 * <p>Statements that fire triggers of users run under it: a trigger function that names a table
 * without its schema finds the one that it finds in the application. Every name in such a statement
 * has its schema, operators and functions too: what somebody else has put into a schema of the path
 * is never taken for PostgreSQL's own.
 */
public final class ApplicationPath {
  /** {@code =} of PostgreSQL under any search_path. */
  public static final String EQUAL = "OPERATOR(pg_catalog.=)";

  /** The more special setting counts: role and database, role, database, all. */
  private static final String SETTING =
      """
      SELECT epoch.live_path(substr(c.setting, length('search_path=') + 1))
      FROM pg_db_role_setting s
      CROSS JOIN unnest(s.setconfig) AS c (setting)
      WHERE s.setrole IN (0, SESSION_USER::regrole)
        AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
        AND starts_with(c.setting, 'search_path=')
      ORDER BY s.setrole = 0, s.setdatabase = 0
      LIMIT 1\
      """;

  private ApplicationPath() {}

  /** Until {@link #leave} or the end of the transaction. */
  public static void enter(Session session) {
    Optional<String> setting = session.first(SETTING, row -> row.getString(0));
    if (setting.isPresent()) {
      session.execute(
          "SELECT pg_catalog.set_config('search_path', $1::pg_catalog.text, true)", setting.get());
    } else {
      session.run("SET LOCAL search_path TO DEFAULT");
    }
  }

  /** Back to the path of Epoch's own statements. */
  public static void leave(Session session) {
    session.run("SET LOCAL search_path = pg_catalog");
  }
}
