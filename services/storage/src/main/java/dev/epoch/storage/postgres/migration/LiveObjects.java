package dev.epoch.storage.postgres.migration;

import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.schema.SchemaMigrations.Plan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Live objects that statements for a branch reach: names that the branch has no object for mean
 * those of the live schemas, by the search path of its sessions.
 *
 * <p>What a transaction has changed is told by its own versions of rows of the catalogs and by its
 * locks; what it has dropped, by what was there when it began.
 */
final class LiveObjects {
  private static final String THERE =
      """
      WITH own (id) AS MATERIALIZED (SELECT pg_catalog.pg_current_xact_id()::pg_catalog.xid),
      locked AS MATERIALIZED (
        SELECT coalesce(l.classid, 'pg_catalog.pg_class'::pg_catalog.regclass) AS class, coalesce(l.objid, l.relation) AS id
        FROM pg_catalog.pg_locks AS l
        WHERE l.pid = pg_catalog.pg_backend_pid() AND l.granted AND l.locktype IN ('relation', 'object')
          AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
          AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
      ), space AS MATERIALIZED (
        SELECT n.oid, n.xmin, n.tableoid,
          CASE
            WHEN pg_catalog.starts_with(n.nspname, epoch.read_schema('')) THEN substr(n.nspname, length(epoch.read_schema('')) + 1)
            ELSE n.nspname
          END AS told
        FROM pg_catalog.pg_namespace AS n
        WHERE n.nspname NOT IN ('epoch', 'information_schema') AND NOT pg_catalog.starts_with(n.nspname, 'pg_')
          AND (pg_catalog.starts_with(n.nspname, epoch.read_schema('')) OR NOT epoch.is_for_branches(n.nspname))
      ), object AS (
        SELECT c.tableoid AS class, c.oid AS id, c.relnamespace AS space, c.relname AS name, c.xmin = own.id AS is_changed
        FROM pg_catalog.pg_class AS c, own
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c', 'i', 'I')
        UNION ALL
        SELECT p.tableoid, p.oid, p.pronamespace, p.proname, p.xmin = own.id
        FROM pg_catalog.pg_proc AS p, own
        UNION ALL
        SELECT y.tableoid, y.oid, y.typnamespace, y.typname,
          y.xmin = own.id
            OR EXISTS (SELECT FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = y.oid AND e.xmin = own.id)
            OR EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.contypid = y.oid AND k.xmin = own.id)
        FROM pg_catalog.pg_type AS y, own
        WHERE y.typtype IN ('d', 'e', 'r')
        UNION ALL
        SELECT s.tableoid, s.oid, s.oid, NULL, s.xmin = own.id
        FROM space AS s, own
      )
      SELECT concat(o.class, ' ', o.id) AS id, concat_ws('.', quote_ident(s.told), quote_ident(o.name)) AS name,
        o.is_changed OR EXISTS (SELECT FROM locked AS l WHERE (l.class, l.id) = (o.class, o.id)) AS is_changed
      FROM object AS o
      JOIN space AS s ON s.oid = o.space
      UNION ALL
      SELECT concat(l.class, ' ', l.id), NULL, true FROM locked AS l
      """;

  private static final String NAMED =
      """
      SELECT DISTINCT concat_ws('.', quote_ident(replace(n.nspname, epoch.read_schema(''), '')), quote_ident(c.relname))
      FROM unnest($1::text[]) AS word
      CROSS JOIN LATERAL (
        SELECT to_regclass(quote_ident(word))::oid
        UNION ALL
        SELECT y.typrelid FROM pg_catalog.pg_type AS y WHERE y.oid = to_regtype(quote_ident(word))
      ) AS r (id)
      JOIN pg_catalog.pg_class AS c ON c.oid = r.id
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE NOT pg_catalog.starts_with(n.nspname, 'pg_') AND n.nspname NOT IN ('epoch', 'information_schema')
        AND (pg_catalog.starts_with(n.nspname, epoch.read_schema('')) OR NOT epoch.is_for_branches(n.nspname))
      UNION
      SELECT concat_ws('.', quote_ident(n.nspname), quote_ident(y.typname))
      FROM unnest($1::text[]) AS word
      JOIN pg_catalog.pg_type AS y ON y.oid = to_regtype(quote_ident(word)) AND y.typtype IN ('d', 'e', 'r')
      JOIN pg_catalog.pg_namespace AS n ON n.oid = y.typnamespace
      WHERE NOT pg_catalog.starts_with(n.nspname, 'pg_') AND NOT epoch.is_for_branches(n.nspname)
      ORDER BY 1
      """;

  private static final String MOVED =
      """
      SELECT t.name
      FROM epoch.branches AS b
      JOIN epoch.branch_tables AS p ON p.branch_id = b.branch_id AND p.open_relation IS NOT NULL
      JOIN epoch.tables AS t ON t.table_id = p.table_id
      JOIN pg_catalog.pg_class AS c ON c.oid = p.open_id
      WHERE b.repository = $1 AND b.name = $2 AND NOT b.dropped
        AND c.relnamespace IS DISTINCT FROM to_regnamespace(quote_ident(b.changed_schema))
      LIMIT 1
      """;

  private final Session session;
  private final Plan plan;
  private final Map<String, String> there = new HashMap<>();
  private final Set<String> changed = new HashSet<>();

  LiveObjects(Session session, Plan plan) {
    this.session = session;
    this.plan = plan;
  }

  /** Remembers what there is; in the transaction of the statements, before them. */
  void begin() {
    there.clear();
    changed.clear();
    for (var row : session.rows(THERE)) {
      if (row.getString(1) != null) {
        there.put(row.getString(0), row.getString(1));
      }
      if (row.getBoolean(2)) {
        changed.add(row.getString(0));
      }
    }
  }

  /** Names, quoted, of what the statements have changed, made or dropped since. */
  Set<String> reached() {
    Set<String> left = new HashSet<>();
    Set<String> reached = new TreeSet<>();
    Set<String> locked = new HashSet<>();
    for (var row : session.rows(THERE)) {
      String id = row.getString(0);
      if (row.getString(1) == null) {
        locked.add(id);
      } else {
        left.add(id);
        if (row.getBoolean(2) && !changed.contains(id)) {
          reached.add(there.getOrDefault(id, row.getString(1)));
        }
      }
    }
    there.forEach((id, name) -> {
      if (!left.contains(id) && locked.contains(id)) {
        reached.add(name);
      }
    });
    return reached;
  }

  /** Those of the words that mean a live relation or type, by the search path as it is. */
  Set<String> named(Set<String> words) {
    return new TreeSet<>(
        session.list(NAMED, row -> row.getString(0), (Object) words.toArray(String[]::new)));
  }

  /** What a statement is refused with that has moved a table of the branch to another schema. */
  Optional<QueryRefusedException> moving(String sql) {
    return session
        .first(MOVED, row -> row.getString(0), plan.repository(), plan.branch())
        .map(table ->
            new QueryRefusedException(
                "On branch '%s' table '%s' cannot have another schema, where no session would find it: %s"
                    .formatted(plan.branch(), table, sql),
                "Give it another name in its schema, or make a new table with its rows, and drop it"));
  }

  QueryRefusedException refused(String sql, Set<String> names) {
    return new QueryRefusedException(
        "On branch '%s' the statement reaches live objects that the branch does not have, %s: %s"
            .formatted(plan.branch(), String.join(", ", names), sql),
        "Change them on the default branch, or register tables that branches are to have: epoch"
            + " table add");
  }
}
