package dev.epoch.storage.postgres.migration;

import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.SqlErrors;
import dev.epoch.storage.sql.DdlStatement.Altered;
import io.vertx.pgclient.PgException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Columns of captured tables around statements that change them: what holds them is let go of, what
 * they take away is kept first, and what is kept beside the tables follows.
 *
 * <p>Which columns go is known from the texts of statements where it stands there, else when the
 * statements have run: then they are taken back, and run again behind what keeps the values.
 */
final class LiveColumns {
  /** Of 8 kB each: the rows of a step are imaged in well under a second. */
  private static final long PAGES = 1_024;

  /**
   * Shorter than what PostgreSQL waits before it looks for a deadlock: whoever is in the way of an
   * application gives up first.
   */
  private static final String PATIENCE = "SET LOCAL lock_timeout = 100";

  private static final Set<String> IN_THE_WAY = Set.of("55P03", "40P01", "40001");

  private static final String TABLE =
      """
      SELECT t.table_id
      FROM epoch.tables AS t
      WHERE t.live_oid = pg_catalog.to_regclass($1)::pg_catalog.oid
      """;

  private static final String PARTS =
      """
      SELECT part::pg_catalog.regclass::text, pg_catalog.pg_relation_size(part) / 8192
      FROM epoch.written_tables(epoch.users_table($1)) AS part
      """;

  private static final String LOST =
      """
      SELECT l.table_id, l.table_name, l.named, l.is_kept, l.is_gone
      FROM epoch.lost_columns() AS l
      """;

  /** Overlays have the types of the live table, which a CASCADE takes their columns with. */
  private static final String TORN =
      """
      SELECT pg_catalog.format(
        'CASCADE would take "%s" of what is kept beside table "%s" as well; drop the column first: ALTER TABLE', k.name, t.name)
      FROM epoch.tables AS t
      JOIN epoch.table_columns AS k ON k.table_id = t.table_id
      CROSS JOIN LATERAL epoch.layers(t.table_id) AS l
      WHERE l.kind NOT IN ('o', 'open')
        AND NOT EXISTS (
          SELECT
          FROM pg_catalog.pg_attribute AS a
          WHERE a.attrelid = pg_catalog.to_regclass(l.relation)
            AND a.attname = k.name
            AND NOT a.attisdropped)
      LIMIT 1
      """;

  /** Versions of the triggers that capture changes of each relation. */
  private static final String CAPTURES =
      """
      SELECT n.relation::pg_catalog.regclass::text, epoch.capture_versions(n.relation)
      FROM epoch.captures AS n
      JOIN pg_catalog.pg_class AS c ON c.oid = n.relation
      """;

  /**
   * Whether this transaction can have changed a relation, by its name or number; else another has.
   */
  private static final String HELD =
      """
      SELECT true FROM pg_catalog.pg_locks AS l
      WHERE l.pid = pg_catalog.pg_backend_pid() AND l.granted
        AND (l.relation::text = $1 OR l.relation = pg_catalog.to_regclass($1))
        AND l.mode IN ('ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
      LIMIT 1
      """;

  /** Attributes of the composites that columns of captured tables are made of. */
  private static final String ATTRIBUTES =
      """
      SELECT DISTINCT pg_catalog.format('%s.%I', c.oid::pg_catalog.regtype, a.attname), a.attrelid::bigint, a.attnum::integer
      FROM epoch.table_columns AS k
      JOIN pg_catalog.pg_type AS t ON t.oid = pg_catalog.to_regtype(k.type)
      JOIN pg_catalog.pg_type AS c ON c.oid IN (t.oid, t.typelem) AND c.typtype = 'c'
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.typrelid AND a.attnum > 0 AND NOT a.attisdropped
      """;

  private final Session session;
  private final String searchPath;

  /** What is lost on purpose, by table id. */
  private final Map<String, Set<String>> lost = new TreeMap<>();

  private final Set<String> released = new TreeSet<>();
  private Set<Loss> before = Set.of();
  private Map<String, String> captures = Map.of();
  private Map<String, String> attributes = Map.of();

  LiveColumns(Session session, String searchPath) {
    this.session = session;
    this.searchPath = searchPath;
  }

  /**
   * A column whose values are gone.
   *
   * @param tableGone whether the table is, with all of them
   */
  record Loss(String tableId, String table, String column, boolean tableGone) {
    @Override
    public String toString() {
      return tableGone
          ? "the registered table '" + table + "' would be gone"
          : "DROP COLUMN or a narrower type: " + table + "." + column;
    }
  }

  /** Tells what a statement is going to do; outside of a transaction. */
  void expect(Altered altered) {
    session.run(searchPath);
    session
        .first(TABLE, row -> row.getString(0), altered.table())
        .ifPresent(table -> {
          // what is kept goes by the names that columns have now
          session.list("SELECT epoch.follow_table($1)", row -> row, table);
          released.add(table);
          if (!altered.dropped().isEmpty()) {
            lost.computeIfAbsent(table, any -> new TreeSet<>()).addAll(altered.dropped());
          }
        });
  }

  void expect(Loss loss) {
    released.add(loss.tableId());
    lost.computeIfAbsent(loss.tableId(), any -> new TreeSet<>()).add(loss.column());
  }

  /** Images most rows beside writers, so that they wait for the rest only. No transaction. */
  void keepBeside() {
    lost.forEach((table, columns) -> {
      String[] names = columns.toArray(String[]::new);
      List<Part> parts =
          session.list(PARTS, row -> new Part(row.getString(0), row.getLong(1)), table);
      for (Part part : parts) {
        for (long page = 0; page < part.pages(); page += PAGES) {
          keepPages(table, names, part.relation(), page);
        }
      }
    });
  }

  private record Part(String relation, long pages) {}

  private void keepPages(String table, String[] columns, String part, long page) {
    try {
      session.run("BEGIN; " + PATIENCE);
      session.list(
          "SELECT epoch.keep_pages($1, $2, $3::text::pg_catalog.regclass, $4, $5)",
          row -> row,
          table,
          columns,
          part,
          page,
          page + PAGES - 1);
      session.run("SELECT; COMMIT");
    } catch (RuntimeException failure) {
      PgException error = SqlErrors.serverError(failure);
      if (error == null || !IN_THE_WAY.contains(SqlErrors.state(error))) {
        throw failure;
      }
      session.run("ROLLBACK");
    }
  }

  /**
   * Keeps what is left to keep, and lets go of the tables; in the transaction of the statements.
   */
  void begin() {
    lost.forEach((table, columns) ->
        session.list(
            "SELECT epoch.keep_values($1, $2)", row -> row, table, columns.toArray(String[]::new)));
    lost.forEach((table, columns) ->
        session.list(
            "SELECT epoch.release_sequences($1, $2)::text",
            row -> row,
            table,
            columns.toArray(String[]::new)));
    released.forEach(
        table -> session.list("SELECT epoch.drop_views_of($1)::text", row -> row, table));
    before = new HashSet<>(all());
    captures = captures();
    attributes = attributes();
  }

  /** Names by places. */
  private Map<String, String> attributes() {
    Map<String, String> found = new TreeMap<>();
    session
        .rows(ATTRIBUTES)
        .forEach(row -> found.put(row.getLong(1) + "." + row.getInteger(2), row.getString(0)));
    return found;
  }

  /** An attribute whose values the statements took from every row, also of old commits. */
  Optional<String> attributeGone() {
    Map<String, String> now = attributes();
    return attributes.entrySet().stream()
        .filter(was -> !now.containsKey(was.getKey()))
        .filter(was -> isHeld(was.getKey().substring(0, was.getKey().indexOf('.'))))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private boolean isHeld(String relation) {
    return session.first(HELD, row -> row.getBoolean(0), relation).isPresent();
  }

  private Map<String, String> captures() {
    Map<String, String> found = new TreeMap<>();
    session.rows(CAPTURES).forEach(row -> found.put(row.getString(0), row.getString(1)));
    return found;
  }

  /** A table whose changes the statements kept from being captured. */
  Optional<String> switchedOff() {
    Map<String, String> now = captures();
    return captures.entrySet().stream()
        .filter(was -> now.containsKey(was.getKey()))
        .filter(was -> !now.get(was.getKey()).equals(was.getValue()))
        .map(Map.Entry::getKey)
        .filter(this::isHeld)
        .findFirst();
  }

  /** Columns that the statements took values from without their being kept. */
  List<Loss> unkept() {
    List<Loss> losses = new ArrayList<>(all());
    losses.removeAll(before);
    return losses;
  }

  private List<Loss> all() {
    List<Loss> losses = new ArrayList<>();
    for (var row : session.rows(LOST)) {
      if (!row.getBoolean(3)) {
        losses.add(
            new Loss(row.getString(0), row.getString(1), row.getString(2), row.getBoolean(4)));
      }
    }
    return losses;
  }

  /**
   * Lets what is kept beside the tables follow, and makes views of branches again.
   *
   * @return why it cannot
   */
  Optional<String> follow() {
    Optional<String> torn =
        released.isEmpty() ? Optional.empty() : session.first(TORN, row -> row.getString(0));
    if (torn.isPresent()) {
      return torn;
    }
    for (String table : released) {
      Optional<String> problem =
          session.first("SELECT epoch.follow_table($1)", row -> row.getString(0), table);
      if (problem.isPresent()) {
        return problem;
      }
    }
    released.forEach(table ->
        session.list(
            """
            SELECT epoch.make_missing_views(p.branch_id)::text
            FROM epoch.branch_tables AS p
            JOIN epoch.branches AS b ON b.branch_id = p.branch_id
            WHERE p.table_id = $1 AND NOT b.dropped
            """,
            row -> row,
            table));
    return Optional.empty();
  }
}
