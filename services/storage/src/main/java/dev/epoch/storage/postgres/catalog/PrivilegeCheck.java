package dev.epoch.storage.postgres.catalog;

import dev.epoch.storage.StorageCheck;
import dev.epoch.storage.StorageCheck.Problem;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;

/** Whether a database allows what Epoch needs, and keeps what it promises. */
public final class PrivilegeCheck {
  private static final int LEAST_VERSION = 140_000;

  private static final String SERVER =
      """
      SELECT
        current_setting('server_version') AS version,
        current_setting('server_version_num')::integer AS version_number,
        current_setting('fsync')::boolean AS fsync,
        current_setting('full_page_writes')::boolean AS full_page_writes,
        current_setting('synchronous_commit') AS synchronous_commit,
        current_setting('server_encoding') AS encoding,
        pg_is_in_recovery() AS standby,
        current_database()::text AS database,
        current_user::text AS role,
        has_database_privilege(current_database(), 'CREATE') AS can_create,
        has_database_privilege(current_database(), 'TEMPORARY') AS can_make_temporary,
        coalesce(
          (
            SELECT has_language_privilege(l.oid, 'USAGE')
            FROM pg_language l
            WHERE l.lanname = 'plpgsql'
          ),
          FALSE
        ) AS plpgsql,
        (
          SELECT pg_get_userbyid(n.nspowner)::text
          FROM pg_namespace n
          WHERE n.nspname = 'epoch'
            AND NOT pg_has_role(n.nspowner, 'USAGE')
        ) AS foreign_owner,
        to_regclass('epoch.tables') IS NOT NULL
          AND has_schema_privilege('epoch', 'USAGE') AS has_tables
      """;

  private static final String TABLES =
      """
      SELECT
        t.schema_name AS schema,
        t.table_name AS name,
        m.privileges
      FROM epoch.tables t
      JOIN pg_namespace n ON n.nspname = t.schema_name
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.table_name
      CROSS JOIN LATERAL (
        SELECT array_to_string(array_agg(p.privilege), ', ') AS privileges
        FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRIGGER']) AS p (privilege)
        WHERE NOT has_table_privilege(c.oid, p.privilege)
      ) m
      WHERE m.privileges IS NOT NULL
      ORDER BY 1, 2
      """;

  private static final String OWNERS =
      """
      SELECT c.relowner::regrole::text AS owner, epoch.membership_of(c.relowner) AS remedy, p.open AS is_open,
        string_agg(DISTINCT t.table_name, ', ' ORDER BY t.table_name) AS tables
      FROM epoch.tables AS t
      JOIN LATERAL (
        SELECT epoch.users_table(t.table_id)::oid AS relation, false AS open
        WHERE NOT t.append_only
        UNION ALL
        SELECT to_regclass(b.open_relation), true
        FROM epoch.branch_tables AS b
        WHERE b.table_id = t.table_id AND b.open_relation IS NOT NULL
      ) AS p ON true
      JOIN pg_class AS c ON c.oid = p.relation AND c.relkind = 'r'
      WHERE NOT epoch.can_give_to(c.relowner)
      GROUP BY 1, 2, 3
      ORDER BY 1, 3
      """;

  /** Schemas of live tables where the role cannot make what merges bring. */
  private static final String CLOSED =
      """
      SELECT DISTINCT n.nspname::text AS schema, n.oid::regnamespace::text AS quoted
      FROM epoch.tables AS t
      JOIN pg_namespace AS n ON n.nspname = coalesce(t.home_schema, t.schema_name)
      WHERE NOT has_schema_privilege(n.oid, 'CREATE')
      ORDER BY 1
      """;

  private PrivilegeCheck() {}

  public static StorageCheck check(Database database) {
    return database.read(session -> {
      Row server = session.first(SERVER, row -> row).orElseThrow();
      List<Problem> problems = new ArrayList<>();
      List<Problem> notes = new ArrayList<>();
      serverProblems(server, problems);
      privilegeProblems(server, problems);
      if (server.getBoolean("has_tables")) {
        tableProblems(session, server, problems);
        if (EpochSchema.isCurrent(session)) {
          foreignObjects(session, problems);
          owners(session, server, problems, notes);
          closedSchemas(session, server, notes);
        }
      }
      return new StorageCheck("PostgreSQL " + server.getString("version"), problems, notes);
    });
  }

  private static void serverProblems(Row server, List<Problem> problems) {
    if (server.getInteger("version_number") < LEAST_VERSION) {
      problems.add(
          new Problem(
              "PostgreSQL " + server.getString("version") + " is too old",
              "Upgrade the server to PostgreSQL 14 or later"));
    }
    if (server.getBoolean("standby")) {
      problems.add(
          new Problem("The server is a standby, which is read-only", "Connect to the primary"));
    }
    if (server.getString("encoding").equals("SQL_ASCII")) {
      problems.add(
          new Problem(
              "The database's encoding is SQL_ASCII: its texts may be no valid characters",
              "Move the data to a database WITH ENCODING 'UTF8'"));
    }
    if (!server.getBoolean("fsync") || !server.getBoolean("full_page_writes")) {
      String setting = server.getBoolean("fsync") ? "full_page_writes" : "fsync";
      problems.add(
          new Problem(
              setting + " is off: a crash of the machine can lose or damage committed data",
              "ALTER SYSTEM SET " + setting + " = on; SELECT pg_reload_conf();"));
    }
    if (server.getString("synchronous_commit").equals("off")) {
      problems.add(
          new Problem(
              "synchronous_commit is off: a crash can lose what was acknowledged",
              "ALTER ROLE " + role(server) + " SET synchronous_commit = on"));
    }
  }

  private static void privilegeProblems(Row server, List<Problem> problems) {
    String database = Quote.identifier(server.getString("database"));
    String role = server.getString("role");
    if (!server.getBoolean("can_create")) {
      problems.add(
          new Problem(
              "Role " + role + " may not create schemas in database " + database,
              "GRANT CREATE ON DATABASE " + database + " TO " + role(server)));
    }
    if (!server.getBoolean("can_make_temporary")) {
      problems.add(
          new Problem(
              "Role " + role + " may not make temporary views in database " + database,
              "GRANT TEMPORARY ON DATABASE " + database + " TO " + role(server)));
    }
    if (!server.getBoolean("plpgsql")) {
      problems.add(
          new Problem(
              "Role " + role + " cannot use the language plpgsql",
              "CREATE EXTENSION IF NOT EXISTS plpgsql; GRANT USAGE ON LANGUAGE plpgsql TO "
                  + role(server)));
    }
    String owner = server.getString("foreign_owner");
    if (owner != null) {
      problems.add(
          new Problem(
              "The schema epoch belongs to role " + owner + ", not to " + role,
              "Connect as that role, or GRANT " + Quote.identifier(owner) + " TO " + role(server)));
    }
  }

  private static void tableProblems(Session session, Row server, List<Problem> problems) {
    session.list(TABLES, row -> row).stream()
        .map(row ->
            new Problem(
                "Role %s lacks %s on %s.%s"
                    .formatted(
                        server.getString("role"),
                        row.getString("privileges"),
                        row.getString("schema"),
                        row.getString("name")),
                "GRANT %s ON %s TO %s"
                    .formatted(
                        row.getString("privileges"),
                        Quote.qualified(row.getString("schema"), row.getString("name")),
                        role(server))))
        .forEach(problems::add);
  }

  private static void foreignObjects(Session session, List<Problem> problems) {
    List<String> found =
        session.list("SELECT o FROM epoch.foreign_objects() AS o", row -> row.getString("o"));
    if (!found.isEmpty()) {
      problems.add(
          new Problem(
              "Not made by Epoch, but in schemas of branches, where it hides what branches have: "
                  + String.join(", ", found),
              "DROP it, or move it: ALTER TABLE ... SET SCHEMA public"));
    }
  }

  private static void owners(
      Session session, Row server, List<Problem> problems, List<Problem> notes) {
    for (Row row : session.list(OWNERS, row -> row)) {
      String owner = row.getString("owner");
      String remedy = row.getString("remedy");
      if (row.getBoolean("is_open")) {
        problems.add(
            new Problem(
                "Open tables of branches belong to role %s, whose rights role %s has not: %s"
                    .formatted(owner, server.getString("role"), row.getString("tables")),
                remedy));
      } else {
        notes.add(
            new Problem(
                "Role %s cannot alter its tables on branches, where they belong to role %s, and merges cannot alter the live ones: %s"
                    .formatted(owner, server.getString("role"), row.getString("tables")),
                remedy));
      }
    }
  }

  private static void closedSchemas(Session session, Row server, List<Problem> notes) {
    for (Row row : session.list(CLOSED, row -> row)) {
      notes.add(
          new Problem(
              "Merges cannot bring tables, views, functions and types to schema %s, where role %s may not create"
                  .formatted(row.getString("schema"), server.getString("role")),
              "GRANT CREATE ON SCHEMA " + row.getString("quoted") + " TO " + role(server)));
    }
  }

  private static String role(Row server) {
    return Quote.identifier(server.getString("role"));
  }

  /** A query needs temporary views, and the role may not make them. */
  public static PrivilegeException temporaryDenied(Throwable cause) {
    return new PrivilegeException(
        "The role may not make temporary views, which queries need: " + cause.getMessage(),
        "GRANT TEMPORARY ON DATABASE <database> TO <role>",
        cause);
  }
}
