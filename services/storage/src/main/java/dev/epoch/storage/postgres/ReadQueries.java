package dev.epoch.storage.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.DataType;
import dev.epoch.storage.QueryRefusedException;
import dev.epoch.storage.QueryResult;
import dev.epoch.storage.QueryResult.ResultColumn;
import dev.epoch.storage.QueryTimeoutException;
import dev.epoch.storage.ReadQuery;
import dev.epoch.storage.StorageException;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.postgres.TypeCatalog.TypeReference;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Runs users' reading statements at states of tables.
 *
 * <pre>
 *   BEGIN                     on a connection of its own pool
 *   CREATE TEMPORARY VIEW     one for each table that the statement mentions, named like the table
 *   analysis                  what the statement reads and calls; nothing is run, see StatementAnalysis
 *   SET TRANSACTION READ ONLY
 *   the statement             each column cast to text, rows and bytes limited
 *   ROLLBACK, DISCARD ALL     or, after a timeout, the end of the session
 * </pre>
 *
 * A timer outside of the connection cancels a statement that runs too long.
 */
final class ReadQueries implements AutoCloseable {
  /** Text of all values of an answer, in bytes. */
  static final long DEFAULT_BYTE_LIMIT = 64L << 20;

  /** Time for a cancelled statement to end, before its session is ended. */
  private static final Duration GRACE = Duration.ofSeconds(3);

  private static final int NAME_LIMIT = Quote.LONGEST_NAME;

  private final Vertx vertx;
  private final Pool pool;
  private final Database database;
  private final StateSelect states;
  private final ValueCodec codec;
  private final long byteLimit;

  /**
   * @param database for ending sessions from outside
   * @param options of the connections that run users' statements
   * @param connections at most
   */
  ReadQueries(
      Vertx vertx,
      Database database,
      PgConnectOptions options,
      int connections,
      StateSelect states,
      ValueCodec codec,
      long byteLimit) {
    this.vertx = vertx;
    this.database = database;
    this.states = states;
    this.codec = codec;
    this.byteLimit = byteLimit;
    this.pool =
        Pool.pool(
            vertx,
            Database.pinned(options).setCachePreparedStatements(false),
            new PoolOptions().setMaxSize(connections));
  }

  /**
   * Fails with {@link QueryRefusedException}, {@link QueryTimeoutException}, or as any access to
   * the database does.
   */
  QueryResult query(ReadQuery query) {
    StatementText statement = StatementText.parse(query.sql());
    if (statement.parameterCount() != query.parameters().size()) {
      throw new QueryRefusedException(
          "The statement has "
              + statement.parameterCount()
              + " parameters, "
              + query.parameters().size()
              + " values were given",
          "Give one value for each of $1, $2, ...");
    }
    SqlConnection connection = Database.connection(pool);
    Session session = new Session(connection, Deadline.after(query.timeout().plus(GRACE)));
    boolean reusable = false;
    CancelTimer timer = CancelTimer.start(vertx, connection, query.timeout());
    try {
      QueryResult result = run(session, query, statement);
      reusable = true;
      return result;
    } catch (RuntimeException e) {
      StorageException failure = translate(e, timer.fired(), query.timeout());
      reusable = failure instanceof QueryRefusedException && !timer.fired();
      throw failure;
    } finally {
      timer.close();
      release(connection, reusable && !timer.fired());
    }
  }

  private QueryResult run(Session session, ReadQuery query, StatementText statement) {
    session.run(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE; SET LOCAL statement_timeout = "
            + query.timeout().plus(GRACE).toMillis());
    Set<Long> views = createViews(session, query, statement);
    session.run("SET LOCAL search_path = " + searchPath(session, query));
    String sql = withValues(session, query, statement);
    new StatementAnalysis(session, query.tables().keySet(), views).requireReading(sql);
    session.run("SET TRANSACTION READ ONLY");
    return answer(session, sql, query.limit());
  }

  /** The numbers of the views. */
  private Set<Long> createViews(Session session, ReadQuery query, StatementText statement) {
    Set<String> names = new HashSet<>();
    query
        .tables()
        .forEach((table, state) -> {
          if (statement.mentions(table.name()) && canBeNamed(table.name())) {
            session.execute(
                "CREATE TEMPORARY VIEW "
                    + Quote.identifier(table.name())
                    + " AS\n"
                    + states.select(session, table, state));
            names.add(table.name());
          }
        });
    if (names.isEmpty()) {
      return Set.of();
    }
    return new HashSet<>(
        session.list(
            """
            SELECT c.oid::bigint
            FROM pg_catalog.pg_class c
            WHERE c.relnamespace = pg_catalog.pg_my_temp_schema()
              AND c.relkind = 'v'
            """,
            row -> row.getLong(0)));
  }

  private static boolean canBeNamed(String name) {
    return !name.isEmpty()
        && name.indexOf('\0') < 0
        && name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length <= NAME_LIMIT;
  }

  /** Where functions, types and operators of the tables and of extensions are. */
  private static String searchPath(Session session, ReadQuery query) {
    Set<String> schemas = new LinkedHashSet<>();
    query.tables().keySet().forEach(table -> schemas.add(table.path().schema()));
    schemas.add("public");
    schemas.addAll(
        session.list(
            """
            SELECT DISTINCT n.nspname::text
            FROM pg_catalog.pg_extension e
            JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            WHERE n.nspname <> 'pg_catalog'
            ORDER BY 1
            """,
            row -> row.getString(0)));
    schemas.remove("epoch");
    return Quote.identifiers(schemas);
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

  private QueryResult answer(Session session, String sql, int limit) {
    List<String> names =
        session.rows("SELECT * FROM (\n" + sql + "\n) AS s LIMIT 0").columnsNames();
    if (names == null || names.isEmpty()) {
      throw new QueryRefusedException("The statement has no columns", null);
    }
    List<DataType> types = types(session, sql, names.size());
    List<ResultColumn> columns =
        IntStream.range(0, names.size())
            .mapToObj(i -> new ResultColumn(names.get(i), types.get(i).name()))
            .toList();
    RowSet<Row> found = session.rows(limited(sql, names.size(), limit + 1L));
    List<List<JsonNode>> rows = new ArrayList<>(Math.min(found.size(), limit));
    for (Row row : found) {
      boolean tooLarge = row.getLong(names.size()) > byteLimit;
      if (tooLarge && rows.isEmpty()) {
        throw new QueryRefusedException(
            "A row of the answer is larger than " + byteLimit + " bytes", "Select fewer columns");
      }
      if (tooLarge || rows.size() == limit) {
        return new QueryResult(columns, rows, true);
      }
      List<JsonNode> values = new ArrayList<>(names.size());
      for (int i = 0; i < types.size(); i++) {
        values.add(codec.toJson(types.get(i), row.getString(i)));
      }
      rows.add(values);
    }
    return new QueryResult(columns, rows, false);
  }

  /** The types of the columns; the LIMIT keeps the statement from running. */
  private static List<DataType> types(Session session, String sql, int count) {
    String oids =
        numbered(count, "pg_catalog.pg_typeof(s.c%d)::pg_catalog.oid::pg_catalog.int8", ", ");
    Row row =
        session
            .first(
                "SELECT ARRAY["
                    + oids
                    + "] FROM (SELECT) AS one LEFT JOIN LATERAL (SELECT * FROM (\n"
                    + sql
                    + "\n) AS q LIMIT 0) AS s ("
                    + numbered(count, "c%d", ", ")
                    + ") ON TRUE",
                found -> found)
            .orElseThrow();
    List<TypeReference> references =
        Arrays.stream(row.getArrayOfLongs(0)).map(TypeReference::of).toList();
    TypeCatalog catalog = TypeCatalog.load(session, references);
    return references.stream().map(catalog::type).toList();
  }

  /**
   * The statement's rows as texts, and behind them the bytes of all rows so far; rows beyond the
   * limit of bytes come empty.
   */
  private String limited(String sql, int count, long rows) {
    return """
    SELECT %s, w.bytes
    FROM (
      SELECT
        t.*,
        pg_catalog.sum(%s) OVER (ROWS UNBOUNDED PRECEDING)::pg_catalog.int8 AS bytes
      FROM (
        SELECT %s
        FROM (
    %s
        ) AS s (%s)
        LIMIT %d
      ) AS t
    ) AS w
    """
        .formatted(
            numbered(count, "CASE WHEN w.bytes <= " + byteLimit + " THEN w.c%1$d END", ", "),
            numbered(
                count, "coalesce(pg_catalog.octet_length(t.c%1$d), 0)::pg_catalog.int8", " + "),
            numbered(count, "s.c%1$d::pg_catalog.text AS c%1$d", ", "),
            sql,
            numbered(count, "c%d", ", "),
            rows);
  }

  private static String numbered(int count, String format, String separator) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(format::formatted)
        .collect(Collectors.joining(separator));
  }

  private static StorageException translate(
      RuntimeException failure, boolean cancelled, Duration timeout) {
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

  /** Nobody gets a connection on which something of a statement is left. */
  private void release(SqlConnection connection, boolean reusable) {
    Deadline deadline = Deadline.after(GRACE);
    try {
      if (reusable) {
        deadline.await(connection.query("ROLLBACK").execute());
        deadline.await(connection.query("DISCARD ALL").execute());
        connection.closeAndForget();
        return;
      }
    } catch (RuntimeException e) {
      // the session is ended instead
    }
    int process = io.vertx.pgclient.PgConnection.cast(connection.getDelegate()).processId();
    try {
      database.read(
          session -> session.execute("SELECT pg_catalog.pg_terminate_backend($1)", process));
    } catch (StorageException e) {
      // the server is out of reach; its own statement_timeout ends the statement
    }
    connection.closeAndForget();
  }

  @Override
  public void close() {
    Await.quietly(pool.close());
  }
}
