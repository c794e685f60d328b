package dev.epoch.storage.postgres.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.DataType;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.postgres.catalog.PrivilegeCheck;
import dev.epoch.storage.postgres.catalog.TypeCatalog;
import dev.epoch.storage.postgres.catalog.TypeCatalog.TypeReference;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.SqlErrors;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.ReadQuery;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.pgclient.PgException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One reading statement of a user inside a transaction that the caller ends: views that stand for
 * the states, the analysis, the rows. Afterwards the transaction reads only.
 */
final class QueryRun {
  /** A limit of the configuration, which of those that a query meets is that of temporary files. */
  private static final String TOO_MUCH = "53400";

  /**
   * Functions, types and operators are looked for where the tables and the extensions are, but in
   * PostgreSQL's catalog first, as ever: a table named {@code date} is no type.
   */
  private static final String SEARCH_PATH_AND_VIEWS =
      """
      SELECT pg_catalog.set_config(
        'search_path',
        pg_catalog.concat_ws(
          ', ',
          %s,
          (
            SELECT pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(n.nspname), ', ')
            FROM pg_catalog.pg_extension e
            JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            WHERE n.nspname NOT IN ('pg_catalog', 'epoch')
          )
        ),
        TRUE
      );
      SELECT c.oid::pg_catalog.int8
      FROM pg_catalog.pg_class c
      WHERE c.relnamespace = pg_catalog.pg_my_temp_schema()
        AND c.relkind = 'v'
      UNION ALL
      SELECT NULL
      WHERE EXISTS (
        SELECT
        FROM pg_catalog.pg_constraint c
        JOIN pg_catalog.pg_depend d ON d.classid = c.tableoid AND d.objid = c.oid
        WHERE c.contypid > 0
          AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
          AND d.refobjid >= 16384
      )
      """;

  private final StateSelect states;
  private final ValueCodec codec;
  private final QueryLimits limits;
  private final StatementAnalysis.Harmless harmless = new StatementAnalysis.Harmless();

  QueryRun(StateSelect states, ValueCodec codec, QueryLimits limits) {
    this.states = states;
    this.codec = codec;
    this.limits = limits;
  }

  /**
   * @param statement of the query, taken apart
   * @param bound after which the database itself ends a statement
   */
  QueryResult run(Session session, ReadQuery query, StatementText statement, Duration bound) {
    Set<Long> views = new HashSet<>();
    boolean parsingRunsChecks = nameStates(session, query, statement, bound, views);
    if (parsingRunsChecks) {
      parseReadingOnly(session, statement.sql());
    }
    String sql = withValues(session, query, statement);
    if (parsingRunsChecks && statement.parameterCount() > 0) {
      parseReadingOnly(session, sql);
    }
    new StatementAnalysis(session, query.tables().keySet(), views, harmless).requireReading(sql);
    QueryAnswer answer = new QueryAnswer(session, codec, limits.answerBytes());
    return statement.explain().isEmpty()
        ? answer.read(sql, query.limit())
        : answer.plan(statement.explain() + "\n" + sql, query.limit());
  }

  /**
   * Parses the statement where nothing can be written. PostgreSQL turns constants into values while
   * it parses, and for a domain in an array or a row that runs the domain's checks, which may call
   * any function. The analysis, which makes a view, parses where writing is possible.
   */
  private static void parseReadingOnly(Session session, String sql) {
    session.run("SAVEPOINT epoch_parse; SET LOCAL transaction_read_only = on");
    session.execute("PREPARE epoch_parse AS SELECT FROM (\n" + sql + "\n) AS s");
    session.run("DEALLOCATE epoch_parse; ROLLBACK TO epoch_parse");
  }

  /**
   * Makes the views, and the search path of users' statements.
   *
   * @param views gets the numbers of the views
   * @return whether a domain of the database has checks that call users' functions
   */
  private boolean nameStates(
      Session session, ReadQuery query, StatementText statement, Duration bound, Set<Long> views) {
    StringBuilder script = new StringBuilder("SET LOCAL statement_timeout = ");
    script.append(bound.toMillis()).append(";\n");
    script.append("SET LOCAL search_path = pg_catalog, pg_temp;\n");
    script.append(limits.settings());
    // tables named like catalogs would not be found behind them
    List<String> first = new ArrayList<>(List.of("pg_catalog", "pg_temp"));
    Set<String> schemas = new LinkedHashSet<>();
    query
        .tables()
        .forEach((table, state) -> {
          schemas.add(table.path().schema());
          if (statement.mentions(table.name()) && canBeNamed(table.name())) {
            if (table.name().startsWith("pg_")) {
              first.clear();
            }
            script
                .append("CREATE TEMPORARY VIEW ")
                .append(Quote.identifier(table.name()))
                .append(" AS\n")
                .append(states.select(session, table, state, statement.hasSubqueries()))
                .append(";\n");
          }
        });
    schemas.add("public");
    first.addAll(schemas);
    script.append(SEARCH_PATH_AND_VIEWS.formatted(Quote.literal(Quote.identifiers(first))));
    boolean checks = false;
    for (Row row : session.script(script.toString())) {
      Long view = row.getLong(0);
      if (view == null) {
        checks = true;
      } else {
        views.add(view);
      }
    }
    return checks;
  }

  private static boolean canBeNamed(String name) {
    return !name.isEmpty()
        && name.indexOf('\0') < 0
        && name.getBytes(StandardCharsets.UTF_8).length <= Quote.LONGEST_NAME;
  }

  /** The statement with its parameters as constants of the types that PostgreSQL infers. */
  private String withValues(Session session, ReadQuery query, StatementText statement) {
    if (statement.parameterCount() == 0) {
      return statement.sql();
    }
    session.execute("PREPARE epoch_parameters AS SELECT FROM (\n" + statement.sql() + "\n) AS s");
    Long[] oids =
        session
            .first(
                """
                SELECT p.parameter_types::pg_catalog.oid[]::bigint[]
                FROM pg_catalog.pg_prepared_statements p
                WHERE p.name = 'epoch_parameters'
                """,
                row -> row.getArrayOfLongs(0))
            .orElseThrow();
    session.run("DEALLOCATE epoch_parameters");
    List<TypeReference> references = Arrays.stream(oids).map(TypeReference::of).toList();
    TypeCatalog types = TypeCatalog.load(session, references);
    List<String> constants = new ArrayList<>();
    for (int i = 0; i < oids.length; i++) {
      DataType type = types.type(references.get(i));
      JsonNode value = query.parameters().get(i);
      constants.add("(" + Quote.literal(codec.toText(type, value)) + "::" + type.name() + ")");
    }
    return statement.sql(number -> constants.get(number - 1));
  }

  /**
   * What users learn of a failure.
   *
   * @param cancelled whether the statement was, for its time was over
   */
  static StorageException translate(RuntimeException failure, boolean cancelled, Duration timeout) {
    PgException error = SqlErrors.serverError(failure);
    String state = error == null ? "" : SqlErrors.state(error);
    if (cancelled && (error == null || state.equals("57014"))) {
      return new QueryTimeoutException(
          "The statement ran longer than " + timeout.toMillis() + " ms and was cancelled",
          "Ask for less, or allow more time",
          failure);
    }
    if (failure instanceof IllegalArgumentException) {
      return new QueryRefusedException(failure.getMessage(), null, failure);
    }
    if (error != null && state.equals("42501") && isAboutTemporary(error)) {
      return PrivilegeCheck.temporaryDenied(error);
    }
    if (state.equals(TOO_MUCH)) {
      return new QueryRefusedException(
          "The statement takes more of the database's disk than it may: " + error.getErrorMessage(),
          "Ask for less at once, or raise EPOCH_QUERY_TEMP_LIMIT or temp_file_limit",
          error);
    }
    if (error == null || isDatabaseTrouble(state)) {
      RuntimeException translated = SqlErrors.translate(failure);
      return translated instanceof StorageException known
          ? known
          : new StorageException("The query failed: " + failure, null, failure);
    }
    return new QueryRefusedException(
        "The database refuses the statement: " + error.getErrorMessage(), error.getHint(), error);
  }

  private static boolean isAboutTemporary(PgException error) {
    return "InitTempTableNamespace".equals(error.getRoutine());
  }

  /** Whether an error is none of the statement: resources, shutdown, locks, connection. */
  private static boolean isDatabaseTrouble(String state) {
    return state.startsWith("53")
        || state.startsWith("57")
        || state.startsWith("58")
        || state.startsWith("08")
        || state.startsWith("XX")
        || state.equals("55P03")
        || state.startsWith("40");
  }
}
