package dev.epoch.storage.postgres.catalog;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.connection.Session;
import java.util.List;

/** The tables of a database that are users' own. */
public final class UserTables {
  private static final String TABLES =
      """
      SELECT
        n.nspname::text AS schema,
        c.relname::text AS name
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'f')
        AND c.relpersistence <> 't'
        AND NOT c.relispartition
        AND n.nspname <> ALL ('{information_schema,epoch}')
        AND n.nspname NOT LIKE 'pg\\_%'
        -- schemas of branches, and of tables that the default branch does not have yet
        AND n.nspname !~ '^epoch_(.*_b[0-9a-z]{12}_(changed|base)|new_t[0-9a-z]+)$'
        AND NOT EXISTS (
          SELECT
          FROM pg_catalog.pg_depend d
          WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND d.objid = c.oid
            AND d.deptype = 'e'
        )
      ORDER BY n.nspname, c.relname
      """;

  private UserTables() {}

  /** See {@link dev.epoch.storage.TableStore#tables}. */
  public static List<TablePath> list(Session session) {
    return session.list(
        TABLES, row -> new TablePath(row.getString("schema"), row.getString("name")));
  }
}
