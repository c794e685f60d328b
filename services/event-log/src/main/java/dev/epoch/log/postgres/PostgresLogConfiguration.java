package dev.epoch.log.postgres;

import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import java.util.Objects;

/**
 * What a {@link PostgresEventLog} is built from.
 *
 * @param vertx whose event loops do the work
 * @param pool for reads. A statement cache ({@code PgConnectOptions.setCachePreparedStatements})
 *     makes them faster
 * @param connectOptions for the two connections that the log keeps for itself: one appends, one
 *     listens
 * @param pollInterval how long a new record stays unnoticed at most while notifications are lost
 * @param timeout of one attempt to append a batch, of one statement
 * @param maxWaitingAppends beyond it appends are refused until the log has caught up
 * @param maxWaitingBytes likewise
 */
public record PostgresLogConfiguration(
    Vertx vertx,
    Pool pool,
    PgConnectOptions connectOptions,
    Duration pollInterval,
    Duration timeout,
    int maxWaitingAppends,
    long maxWaitingBytes) {

  public PostgresLogConfiguration {
    Objects.requireNonNull(vertx, "vertx");
    Objects.requireNonNull(pool, "pool");
    Objects.requireNonNull(pollInterval, "pollInterval");
    Objects.requireNonNull(timeout, "timeout");
    connectOptions = new PgConnectOptions(connectOptions);
    if (!pollInterval.isPositive() || timeout.toMillis() < 1) {
      throw new IllegalArgumentException(
          "poll interval " + pollInterval + " and timeout " + timeout + " must be positive");
    }
    if (maxWaitingAppends < 1 || maxWaitingBytes < 1) {
      throw new IllegalArgumentException("at least one append must be allowed to wait");
    }
  }

  /** Polls every second, gives up after 10 seconds, lets 8,192 appends or 64 MiB wait. */
  public static PostgresLogConfiguration of(
      Vertx vertx, Pool pool, PgConnectOptions connectOptions) {
    return new PostgresLogConfiguration(
        vertx,
        pool,
        connectOptions,
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        8192,
        64L << 20);
  }

  public PostgresLogConfiguration withPollInterval(Duration interval) {
    return new PostgresLogConfiguration(
        vertx, pool, connectOptions, interval, timeout, maxWaitingAppends, maxWaitingBytes);
  }

  public PostgresLogConfiguration withTimeout(Duration longest) {
    return new PostgresLogConfiguration(
        vertx, pool, connectOptions, pollInterval, longest, maxWaitingAppends, maxWaitingBytes);
  }

  public PostgresLogConfiguration withMaxWaiting(int appends, long bytes) {
    return new PostgresLogConfiguration(
        vertx, pool, connectOptions, pollInterval, timeout, appends, bytes);
  }
}
