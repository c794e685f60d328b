package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.util.List;
import java.util.Optional;

/** Which relations can be versioned: tables whose every change can be seen and undone. */
public final class VersionableTable {
  private static final String RELATION =
      """
      SELECT
        c.oid::bigint AS oid,
        c.relkind::text AS kind,
        c.relpersistence::text AS persistence,
        c.relispartition AS is_partition,
        c.relkind = 'r' AND EXISTS (
          SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid
        ) AS has_children,
        ARRAY (
          SELECT r.rulename::text
          FROM pg_catalog.pg_rewrite r
          WHERE r.ev_enabled <> 'D' AND c.relkind IN ('r', 'p')
            AND (
              r.ev_class = c.oid
              OR r.ev_class IN (SELECT p.relid FROM pg_catalog.pg_partition_tree(c.oid) p)
            )
          ORDER BY 1
        ) AS rules,
        (
          SELECT count(*)::integer
          FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        ) AS columns,
        pg_catalog.row_security_active(c.oid) AS row_security,
        ARRAY (
          SELECT p.privilege
          FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRIGGER']) AS p (privilege)
          WHERE NOT pg_catalog.has_table_privilege(c.oid, p.privilege)
        ) AS missing_privileges,
        pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS schema_usage,
        CURRENT_USER::text AS role
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1
        AND c.relname = $2
      """;

  private static final String SIMILAR =
      """
      SELECT n.nspname::text || '.' || c.relname::text
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p')
        AND lower(c.relname) = lower($1)
        AND n.nspname NOT LIKE 'pg\\_%'
        AND n.nspname <> 'information_schema'
      ORDER BY 1
      LIMIT 3
      """;

  /**
   * PostgreSQL's statements have 1,664 columns at most, and a merge reads three versions of a row
   * side by side, with its key.
   */
  public static final int MOST_COLUMNS = 540;

  /** Columns of images, overlays and of what is staged beside the user's own. */
  private static final List<String> RESERVED =
      List.of(
          TableSchema.ROW_ID,
          "epoch_kind",
          "epoch_from",
          "epoch_to",
          "epoch_index",
          "epoch_count",
          "epoch_changed",
          "epoch_redundant",
          "epoch_bytes",
          "epoch_rewrite",
          "epoch_round");

  private VersionableTable() {}

  /**
   * The oid of the table. Fails with {@link TableNotFoundException}, {@link PrivilegeException}, or
   * a {@link NotVersionableException} that says why this relation cannot be versioned.
   */
  static long require(Session session, TablePath path) {
    if (isSystemSchema(path.schema())) {
      throw new NotVersionableException(
          path + " belongs to the database system or to Epoch", "Register a table of your own");
    }
    Optional<Row> found = session.first(RELATION, row -> row, path.schema(), path.table());
    Row relation = found.orElseThrow(() -> notFound(session, path));
    requireKind(path, relation);
    requirePrivileges(path, relation);
    return relation.getLong("oid");
  }

  /** The oid of a table that is versioned. Fails with {@link TableNotFoundException}. */
  static long find(Session session, TablePath path) {
    return session
        .first(RELATION, row -> row.getLong("oid"), path.schema(), path.table())
        .orElseThrow(() -> notFound(session, path));
  }

  /** Fails with {@link NotVersionableException} if a column is named like one of Epoch's own. */
  public static void requireColumns(TablePath path, List<Column> columns) {
    for (Column column : columns) {
      if (RESERVED.contains(column.name())) {
        throw new NotVersionableException(
            "Column " + column.name() + " of " + path + " has a name that Epoch keeps for itself",
            "Rename the column");
      }
    }
  }

  private static boolean isSystemSchema(String schema) {
    return schema.startsWith("pg_")
        || schema.equals("information_schema")
        || schema.equals("epoch");
  }

  private static TableNotFoundException notFound(Session session, TablePath path) {
    List<String> similar = session.list(SIMILAR, row -> row.getString(0), path.table());
    return new TableNotFoundException(
        "There is no table " + path,
        similar.isEmpty()
            ? "Check schema and table name; names are taken as they are, upper case is kept"
            : "Did you mean " + String.join(", ", similar) + "?");
  }

  private static void requireKind(TablePath path, Row relation) {
    String kind = relation.getString("kind");
    String description =
        switch (kind) {
          case "r", "p" -> null;
          case "v" -> "a view";
          case "m" -> "a materialized view";
          case "f" -> "a foreign table";
          case "S" -> "a sequence";
          case "i", "I" -> "an index";
          case "c" -> "a composite type";
          default -> "no table";
        };
    if (description != null) {
      throw new NotVersionableException(
          path + " is " + description + "; only tables can be versioned",
          "Register the table that holds the rows");
    }
    String name = Quote.qualified(path.schema(), path.table());
    if (relation.getString("persistence").equals("t")) {
      throw new NotVersionableException(
          path + " is a temporary table; it ends with its session", "Register a permanent table");
    }
    if (relation.getString("persistence").equals("u")) {
      throw new NotVersionableException(
          path + " is an unlogged table; a crash would empty it, and its commits with it",
          "ALTER TABLE " + name + " SET LOGGED");
    }
    if (relation.getBoolean("is_partition")) {
      throw new NotVersionableException(
          path + " is a partition; writes through its parent would not be seen",
          "Register the partitioned table");
    }
    if (relation.getBoolean("has_children")) {
      throw new NotVersionableException(
          path + " has tables that inherit from it; their rows appear in it",
          "Register the inheriting tables, or make it a partitioned table");
    }
    String[] rules = relation.getArrayOfStrings("rules");
    if (rules.length > 0) {
      throw new NotVersionableException(
          path
              + " has rules ("
              + String.join(", ", rules)
              + "); they write something else than"
              + " what a statement says, which no merge or branch could follow",
          "Drop the rules, or make them triggers: DROP RULE "
              + Quote.identifier(rules[0])
              + " ON "
              + name);
    }
    int columns = relation.getInteger("columns");
    if (columns > MOST_COLUMNS) {
      throw new NotVersionableException(
          path
              + " has "
              + columns
              + " columns; a merge reads three versions of a row at once, and"
              + " PostgreSQL's limit of 1,664 columns leaves "
              + MOST_COLUMNS,
          "Keep some of the columns in a second table with the same key");
    }
    if (relation.getBoolean("row_security")) {
      throw new NotVersionableException(
          "Row security hides rows of " + path + " from role " + relation.getString("role"),
          "Connect as the owner of the table, without FORCE ROW LEVEL SECURITY, or give the role"
              + " BYPASSRLS");
    }
  }

  private static void requirePrivileges(TablePath path, Row relation) {
    String role = Quote.identifier(relation.getString("role"));
    if (!relation.getBoolean("schema_usage")) {
      throw new PrivilegeException(
          "Role " + relation.getString("role") + " may not use schema " + path.schema(),
          "GRANT USAGE ON SCHEMA " + Quote.identifier(path.schema()) + " TO " + role);
    }
    String[] missing = relation.getArrayOfStrings("missing_privileges");
    if (missing.length > 0) {
      String privileges = String.join(", ", missing);
      throw new PrivilegeException(
          "Role " + relation.getString("role") + " lacks " + privileges + " on " + path,
          "GRANT "
              + privileges
              + " ON "
              + Quote.qualified(path.schema(), path.table())
              + " TO "
              + role);
    }
  }
}
