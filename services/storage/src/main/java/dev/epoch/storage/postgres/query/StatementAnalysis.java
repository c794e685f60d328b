package dev.epoch.storage.postgres.query;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The second gate of a query: what PostgreSQL itself understood.
 *
 * <p>A view of the statement is created. That alone refuses everything but one SELECT without
 * changes in its WITH clauses. The parse tree that PostgreSQL keeps of the view then names every
 * relation and function by number, however the text spelled them:
 *
 * <ul>
 *   <li>the only relations are the views of the tables' states;
 *   <li>functions do not write: a VOLATILE one is refused, but for a few harmless ones of
 *       PostgreSQL, also where it is called without being named; those that run SQL from a text, or
 *       tell of other sessions, are refused too.
 * </ul>
 *
 * <p>Nothing of the statement is planned or run.
 */
final class StatementAnalysis {
  private static final Pattern RELATION = Pattern.compile(":relid (\\d+)");
  private static final Pattern FUNCTION =
      Pattern.compile(":(?:funcid|opfuncid|aggfnoid|winfnoid|tsmhandler) (\\d+)");
  private static final Pattern OPERATOR = Pattern.compile(":opno (\\d+)");

  /** Types that values are made of; those that are only read are none of them. */
  private static final Pattern MADE_TYPE =
      Pattern.compile(":(?:consttype|resulttype|funcresulttype|typid) (\\d+)");

  private static final Pattern COLUMN_TYPES =
      Pattern.compile(":(?:coltypes|funccoltypes) \\(o([ \\d]*)\\)");
  private static final Pattern NUMBER = Pattern.compile("(\\d+)");
  private static final Pattern ROW_LOCKS = Pattern.compile(":rowMarks (?!<>)");

  /** Volatile only because they answer anew each time. */
  private static final Set<String> HARMLESS_VOLATILE =
      Set.of(
          "array_sample",
          "array_shuffle",
          "clock_timestamp",
          "gen_random_uuid",
          "pg_sleep",
          "pg_sleep_for",
          "pg_sleep_until",
          "random",
          "random_normal",
          "timeofday",
          "uuidv4",
          "uuidv7");

  /** Not volatile, yet they read what the statement does not name. */
  private static final Pattern REVEALING =
      Pattern.compile(
          "(table|schema|database|cursor|query)_to_xml.*|pg_stat_get_.*|pg_show_.*"
              + "|pg_cursor|pg_prepared_statement|pg_prepared_xact|ts_stat|ts_rewrite");

  /** Extensions whose functions run SQL from a text, or reach out of the database. */
  private static final Set<String> REACHING_OUT =
      Set.of(
          "adminpack",
          "dblink",
          "file_fdw",
          "pageinspect",
          "pg_stat_statements",
          "postgres_fdw",
          "tablefunc",
          "xml2");

  private static final String RELATIONS =
      """
      SELECT n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid::bigint = ANY ($1::bigint[])
      ORDER BY c.oid
      """;

  /**
   * The functions of the statement, and those that PostgreSQL calls for them without their being
   * named: of an aggregate, of an operator and its negator, of a default of a parameter, of the
   * checks of a domain, also inside of arrays and rows. Objects of PostgreSQL itself are not
   * followed.
   */
  private static final String FUNCTIONS =
      """
      WITH RECURSIVE used (kind, oid) AS (
        SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, f.oid::pg_catalog.oid
        FROM pg_catalog.unnest($1::bigint[]) AS f (oid)
        UNION
        SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid, o.oid::pg_catalog.oid
        FROM pg_catalog.unnest($2::bigint[]) AS o (oid)
        UNION
        SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, t.oid::pg_catalog.oid
        FROM pg_catalog.unnest($3::bigint[]) AS t (oid)
        UNION
        SELECT n.kind, n.oid
        FROM used AS u
        CROSS JOIN LATERAL (
          SELECT d.refclassid, d.refobjid
          FROM pg_catalog.pg_depend d
          WHERE d.classid = u.kind
            AND d.objid = u.oid
            AND (
              d.refclassid IN (
                'pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_operator'::pg_catalog.regclass)
              OR u.kind = 'pg_catalog.pg_type'::pg_catalog.regclass
                AND d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
            )
          UNION ALL
          SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, v.other
          FROM pg_catalog.pg_operator o
          CROSS JOIN LATERAL (VALUES (o.oprcom), (o.oprnegate)) AS v (other)
          WHERE u.kind = 'pg_catalog.pg_operator'::pg_catalog.regclass AND o.oid = u.oid AND v.other <> 0
          UNION ALL
          SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, c.oid
          FROM pg_catalog.pg_constraint c
          WHERE u.kind = 'pg_catalog.pg_type'::pg_catalog.regclass AND c.contypid = u.oid
          UNION ALL
          SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, a.atttypid
          FROM pg_catalog.pg_type t
          JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid
          WHERE u.kind = 'pg_catalog.pg_type'::pg_catalog.regclass
            AND t.oid = u.oid
            AND t.typrelid <> 0
            AND a.attnum > 0
            AND NOT a.attisdropped
        ) AS n (kind, oid)
        WHERE u.oid >= 16384
      )
      SELECT
        n.nspname::pg_catalog.text AS schema,
        p.proname::pg_catalog.text AS name,
        p.provolatile = 'v' AS is_volatile,
        p.oid < 16384 AS built_in,
        (
          SELECT e.extname::pg_catalog.text
          FROM pg_catalog.pg_depend d
          JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
          WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
            AND d.objid = p.oid
            AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND d.deptype = 'e'
        ) AS extension,
        p.oid::pg_catalog.regprocedure::pg_catalog.text AS signature
      FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE p.oid IN (
        SELECT u.oid
        FROM used u
        WHERE u.kind = 'pg_catalog.pg_proc'::pg_catalog.regclass
        UNION ALL
        SELECT o.oprcode::pg_catalog.oid
        FROM used u
        JOIN pg_catalog.pg_operator o ON o.oid = u.oid
        WHERE u.kind = 'pg_catalog.pg_operator'::pg_catalog.regclass
      )
      ORDER BY p.oid
      """;

  /** Numbers from here on are of objects that users made. */
  private static final long FIRST_USER_OBJECT = 16_384;

  /** Functions and operators of PostgreSQL itself that were found harmless: they do not change. */
  record Harmless(Set<Long> functions, Set<Long> operators) {
    Harmless() {
      this(ConcurrentHashMap.newKeySet(), ConcurrentHashMap.newKeySet());
    }
  }

  private final Session session;
  private final Collection<TableHandle> tables;
  private final Set<Long> views;
  private final Harmless known;

  /**
   * @param tables that the statement may name
   * @param views of their states
   * @param known from earlier analyses in the same database
   */
  StatementAnalysis(
      Session session, Collection<TableHandle> tables, Set<Long> views, Harmless known) {
    this.session = session;
    this.tables = tables;
    this.views = views;
    this.known = known;
  }

  /**
   * Fails with {@link QueryRefusedException} unless the statement only reads its tables. The
   * transaction is read-only afterwards.
   */
  void requireReading(String sql) {
    String view = freeName();
    session.execute(
        "CREATE TEMPORARY VIEW "
            + Quote.identifier(view)
            + " AS SELECT s IS NULL AS answer FROM (\n"
            + sql
            + "\n) AS s");
    Row rule =
        session
            .script(
                """
                SET TRANSACTION READ ONLY;
                SELECT r.ev_class::pg_catalog.int8 AS view, r.ev_action::pg_catalog.text AS action
                FROM pg_catalog.pg_rewrite r
                WHERE r.ev_class = %s::pg_catalog.regclass
                """
                    .formatted(Quote.literal("pg_temp." + view)))
            .iterator()
            .next();
    String action = rule.getString("action");
    if (ROW_LOCKS.matcher(action).find()) {
      throw refused("Rows cannot be locked by a query", "Leave out FOR UPDATE and FOR SHARE");
    }
    Set<Long> relations = numbers(RELATION, action);
    relations.removeAll(views);
    relations.remove(rule.getLong("view"));
    relations.remove(0L);
    requireNoOther(relations);
    requireHarmless(numbers(FUNCTION, action), numbers(OPERATOR, action), madeTypes(action));
  }

  private String freeName() {
    String name = "epoch_query";
    while (hasTable(name)) {
      name += "_";
    }
    return name;
  }

  private boolean hasTable(String name) {
    return tables.stream().anyMatch(table -> table.name().equals(name));
  }

  private static Set<Long> numbers(Pattern pattern, String action) {
    Set<Long> numbers = new HashSet<>();
    for (Matcher matcher = pattern.matcher(action); matcher.find(); ) {
      numbers.add(Long.parseLong(matcher.group(1)));
    }
    return numbers;
  }

  /** Types of users whose values the statement makes: their checks run. */
  private static Set<Long> madeTypes(String action) {
    Set<Long> types = numbers(MADE_TYPE, action);
    for (Matcher columns = COLUMN_TYPES.matcher(action); columns.find(); ) {
      // elsewhere than in functions and XMLTABLE, lists of types are of what is read
      if (columns.group().startsWith(":func") || action.contains("{TABLEFUNC")) {
        types.addAll(numbers(NUMBER, columns.group(1)));
      }
    }
    types.removeIf(type -> type < FIRST_USER_OBJECT);
    return types;
  }

  private void requireNoOther(Set<Long> relations) {
    if (relations.isEmpty()) {
      return;
    }
    record Found(String schema, String name) {}
    List<Found> found =
        session.list(
            RELATIONS,
            row -> new Found(row.getString("schema"), row.getString("name")),
            (Object) relations.toArray(Long[]::new));
    Found first = found.isEmpty() ? new Found("?", "?") : found.getFirst();
    for (TableHandle table : tables) {
      if (table.path().schema().equals(first.schema())
          && table.path().table().equals(first.name())) {
        throw refused(
            table.path() + " is the live table, whatever branch or commit is asked for",
            "Write \"" + table.name().replace("\"", "\"\"") + "\", without a schema");
      }
    }
    throw refused(
        first.schema() + "." + first.name() + " is no table of this repository",
        tables.isEmpty()
            ? "Register it with epoch table add"
            : "The tables are "
                + String.join(", ", tables.stream().map(TableHandle::name).toList()));
  }

  private void requireHarmless(Set<Long> functions, Set<Long> operators, Set<Long> types) {
    functions.removeAll(known.functions());
    operators.removeAll(known.operators());
    if (functions.isEmpty() && operators.isEmpty() && types.isEmpty()) {
      return;
    }
    List<Row> rows =
        session.list(
            FUNCTIONS,
            row -> row,
            functions.toArray(Long[]::new),
            operators.toArray(Long[]::new),
            types.toArray(Long[]::new));
    for (Row function : rows) {
      String name = function.getString("name");
      String signature = function.getString("signature");
      boolean builtIn = function.getBoolean("built_in");
      boolean harmless = builtIn && HARMLESS_VOLATILE.contains(name);
      String extension = function.getString("extension");
      if (function.getString("schema").equals("epoch")
          || builtIn && REVEALING.matcher(name).matches()
          || extension != null && REACHING_OUT.contains(extension)) {
        throw refused("The function " + signature + " cannot be used in a query", null);
      }
      if (function.getBoolean("is_volatile") && !harmless) {
        throw refused(
            "The function " + signature + " is VOLATILE: it may change something",
            builtIn ? null : "If it only reads: ALTER FUNCTION " + signature + " STABLE");
      }
    }
    functions.stream().filter(oid -> oid < FIRST_USER_OBJECT).forEach(known.functions()::add);
    operators.stream().filter(oid -> oid < FIRST_USER_OBJECT).forEach(known.operators()::add);
  }

  private static QueryRefusedException refused(String message, String remedy) {
    return new QueryRefusedException(message, remedy);
  }
}
