package dev.epoch.storage.postgres.query;

import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.postgres.connection.Await;
import dev.epoch.storage.postgres.connection.CancelTimer;
import dev.epoch.storage.postgres.connection.Connecting;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.Deadline;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.ReadQuery;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;

/**
 * Runs users' reading statements at states of tables.
 *
 * <pre>
 *   BEGIN                     on a connection of its own pool
 *   CREATE TEMPORARY VIEW     one for each table that the statement mentions, named like the table
 *   parse                     read-only, in a savepoint, where a domain's checks call functions
 *   analysis                  what the statement reads and calls; nothing is run, see StatementAnalysis
 *   SET TRANSACTION READ ONLY
 *   the statement             each column cast to text, rows and bytes limited
 *   ROLLBACK, DISCARD ALL     or, after a timeout, the end of the session
 * </pre>
 *
 * A timer outside of the connection cancels a statement that runs too long.
 */
public final class ReadQueries implements AutoCloseable {
  /** Time for a cancelled statement to end, before its session is ended. */
  private static final Duration GRACE = Duration.ofSeconds(3);

  private final Vertx vertx;
  private final Pool pool;
  private final Database database;
  private final QueryRun run;

  /**
   * @param connecting opens connections
   * @param database for ending sessions from outside
   * @param options of the connections that run users' statements
   * @param connections how many there are at most, and how long one stays that nobody uses
   */
  public ReadQueries(
      Connecting connecting,
      Database database,
      PgConnectOptions options,
      PoolOptions connections,
      StateSelect states,
      ValueCodec codec,
      QueryLimits limits) {
    this.vertx = connecting.vertx();
    this.database = database;
    this.run = new QueryRun(states, codec, limits);
    this.pool =
        connecting.pool(
            named(Database.pinned(options)).setCachePreparedStatements(false),
            Database.named(connections, options, "query"));
  }

  /** Half as many connections, which stay as long. */
  public static PoolOptions half(PoolOptions options) {
    return new PoolOptions()
        .setMaxSize(Math.max(1, options.getMaxSize() / 2))
        .setIdleTimeout(options.getIdleTimeout())
        .setIdleTimeoutUnit(options.getIdleTimeoutUnit());
  }

  /** Users' statements can be told from others: {@code epoch.branch_reads} does. */
  private static PgConnectOptions named(PgConnectOptions options) {
    options.getProperties().computeIfPresent("application_name", (_, name) -> name + " query");
    return options;
  }

  /**
   * Fails with {@link QueryRefusedException}, {@link QueryTimeoutException}, or as any access to
   * the database does.
   */
  public QueryResult query(ReadQuery query) {
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
    Duration longest = query.timeout().plus(GRACE);
    Session session =
        Database.begin(
            pool, Deadline.after(longest), "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE");
    SqlConnection connection = session.connection();
    boolean reusable = false;
    CancelTimer timer = CancelTimer.start(vertx, connection, query.timeout());
    try {
      QueryResult result = run.run(session, query, statement, longest);
      reusable = true;
      return result;
    } catch (RuntimeException e) {
      StorageException failure = QueryRun.translate(e, timer.fired(), query.timeout());
      reusable = failure instanceof QueryRefusedException && !timer.fired();
      throw failure;
    } finally {
      timer.close();
      release(connection, reusable && !timer.fired());
    }
  }

  /** Nobody gets a connection on which something of a statement is left. */
  private void release(SqlConnection connection, boolean reusable) {
    if (reusable) {
      try {
        Deadline.after(GRACE).await(connection.query("ROLLBACK").execute());
        // nobody has to wait for this; the pool gets the connection back afterwards
        connection
            .query("DISCARD ALL")
            .execute()
            .subscribe()
            .with(done -> connection.closeAndForget(), failure -> end(connection));
        return;
      } catch (RuntimeException e) {
        // the session is ended instead
      }
    }
    end(connection);
  }

  /**
   * Ends the session from outside. The connection does not go back to the pool, which forgets it
   * when it is closed: nobody meets it dying. If the server is out of reach, its own
   * statement_timeout ends the statement.
   */
  private void end(SqlConnection connection) {
    int process = PgConnection.cast(connection.getDelegate()).processId();
    database
        .pool()
        .query("SELECT pg_catalog.pg_terminate_backend(" + process + ")")
        .execute()
        .subscribe()
        .with(done -> {}, failure -> connection.closeAndForget());
  }

  @Override
  public void close() {
    Await.quietly(pool.close());
  }
}
