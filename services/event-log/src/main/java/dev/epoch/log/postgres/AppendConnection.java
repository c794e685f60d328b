package dev.epoch.log.postgres;

import dev.epoch.log.LogUnavailableException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The one connection that appends, opened when it is needed. Used by one flush at a time, so it is
 * not synchronised.
 *
 * <p>The server ends what the log does not: a statement, a wait for a lock and a transaction whose
 * client fell silent, so that no dead process keeps the head of the log locked.
 */
final class AppendConnection {
  private static final System.Logger LOG = System.getLogger(AppendConnection.class.getName());

  /** So long a process that is paused within its transaction keeps all others from appending. */
  private static final long MOST_IDLE_MILLIS = 2_000;

  private final Vertx vertx;
  private final PgConnectOptions options;
  private final Duration timeout;
  private volatile Open open;

  /** A connection, and what it knows of the log. */
  record Open(PgConnection connection, VersionCache known) {}

  AppendConnection(Vertx vertx, PgConnectOptions options, Duration timeout) {
    this.vertx = vertx;
    this.timeout = timeout;
    // A connection over a dead network closes itself; the next flush opens another.
    int idleMillis = Math.toIntExact(timeout.toMillis() * 3);
    this.options =
        new PgConnectOptions(options)
            .setCachePreparedStatements(true)
            .setTcpKeepAlive(true)
            .setIdleTimeout(idleMillis)
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
  }

  /**
   * The open connection, or a fresh one.
   *
   * @return fails with {@link LogUnavailableException} if the server cannot keep what it
   *     acknowledges
   */
  Uni<Open> get() {
    Open current = open;
    return current != null ? Uni.createFrom().item(current) : connect();
  }

  private Uni<Open> connect() {
    return PgConnection.connect(vertx, options)
        .chain(connection ->
            prepare(connection)
                .replaceWith(connection)
                .onFailure()
                .call(() -> connection.close().onFailure().recoverWithNull()))
        .map(connection -> {
          // Statements report their own failures; what happens between them is for the next flush.
          connection.exceptionHandler(failure ->
              LOG.log(System.Logger.Level.DEBUG, "The connection that appends", failure));
          connection.closeHandler(() -> forget(connection));
          open = new Open(connection, new VersionCache());
          return open;
        });
  }

  /**
   * Sequential scans are off because a plan that was made while the log was small, and is cached,
   * would read all of a large one under the lock until the next ANALYZE.
   */
  private Uni<Void> prepare(PgConnection connection) {
    String limits =
        """
        SET application_name = 'epoch log';
        SET enable_seqscan = off;
        SET statement_timeout = %1$d;
        SET lock_timeout = %1$d;
        SET idle_in_transaction_session_timeout = %2$d
        """
            .formatted(timeout.toMillis(), Math.min(timeout.toMillis(), MOST_IDLE_MILLIS));
    return connection
        .query(limits)
        .execute()
        .chain(() ->
            connection
                .query(
                    """
                    SELECT
                      current_setting('server_encoding') AS encoding,
                      current_setting('synchronous_commit') AS synchronous_commit,
                      pg_is_in_recovery() AS in_recovery
                    """)
                .execute())
        .invoke(rows -> check(rows.iterator().next()))
        .replaceWithVoid();
  }

  private static void check(Row server) {
    if (!server.getString("encoding").equals("UTF8")) {
      throw refusal(
          "its encoding is "
              + server.getString("encoding")
              + "; create the database with encoding UTF8");
    }
    if (server.getString("synchronous_commit").equals("off")) {
      throw refusal(
          "synchronous_commit is off, which loses acknowledged records; set it to on for this role or database");
    }
    if (server.getBoolean("in_recovery")) {
      throw refusal("it is a read-only replica; connect to the primary");
    }
  }

  private static LogUnavailableException refusal(String why) {
    return new LogUnavailableException("The database cannot hold the event log: " + why, null);
  }

  private void forget(PgConnection connection) {
    Open current = open;
    if (current != null && current.connection() == connection) {
      open = null;
    }
  }

  /** Gives the connection up, whatever state it is in. The server rolls its transaction back. */
  void discard() {
    Open current = open;
    open = null;
    if (current != null) {
      current.connection().close().subscribe().with(closed -> {}, failure -> {});
    }
  }

  Uni<Void> close() {
    Open current = open;
    open = null;
    return current == null
        ? Uni.createFrom().voidItem()
        : current.connection().close().onFailure().recoverWithNull();
  }
}
