package dev.epoch.log.postgres;

import dev.epoch.log.LogHead;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells the {@link LogHead} what was appended, by whatever process: notifications at once, a poll
 * as the safety net.
 *
 * <p>One connection listens for all tails of a log. When it is lost it is opened again, with
 * growing delays up to 5 seconds.
 */
final class HeadFeed {
  private static final System.Logger LOG = System.getLogger(HeadFeed.class.getName());
  private static final long FIRST_DELAY_MILLIS = 50;
  private static final long LONGEST_DELAY_MILLIS = 5_000;

  private final Vertx vertx;
  private final Pool pool;
  private final PgConnectOptions options;
  private final Duration pollInterval;
  private final Duration timeout;
  private final LogHead head;
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean polling = new AtomicBoolean();
  private volatile boolean closed;
  private volatile long timer;
  private volatile PgConnection listening;

  HeadFeed(PostgresLogConfiguration configuration, LogHead head) {
    this.vertx = configuration.vertx();
    this.pool = configuration.pool();
    this.options = new PgConnectOptions(configuration.connectOptions()).setTcpKeepAlive(true);
    this.pollInterval = configuration.pollInterval();
    this.timeout = configuration.timeout();
    this.head = head;
  }

  /** Begins with the first tail; later calls do nothing. */
  void start() {
    if (started.compareAndSet(false, true)) {
      timer = vertx.setPeriodic(pollInterval.toMillis(), tick -> poll());
      listen(0);
    }
  }

  private void listen(int failures) {
    if (closed) {
      return;
    }
    PgConnection.connect(vertx, options)
        .chain(this::listenOn)
        .subscribe()
        .with(
            connection -> {
              if (closed) {
                connection.closeAndForget();
                return;
              }
              listening = connection;
              connection.exceptionHandler(failure ->
                  LOG.log(System.Logger.Level.DEBUG, "The connection that listens", failure));
              connection.closeHandler(() -> listenLater(0));
              // What was notified while nobody listened.
              poll();
            },
            failure -> {
              LOG.log(
                  failures == 0 ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                  "No notifications of the log for now, polling instead: " + failure);
              listenLater(failures + 1);
            });
  }

  private Uni<PgConnection> listenOn(PgConnection connection) {
    connection.notificationHandler(
        notification -> head.advanceTo(Long.parseLong(notification.getPayload())));
    return connection
        .query("SET application_name = 'epoch log tail'; LISTEN " + EventRows.CHANNEL)
        .execute()
        .replaceWith(connection)
        .onFailure()
        .call(() -> connection.close().onFailure().recoverWithNull());
  }

  private void listenLater(int failures) {
    if (!closed) {
      long delay = Math.min(LONGEST_DELAY_MILLIS, FIRST_DELAY_MILLIS << Math.min(failures, 10));
      long jitter = ThreadLocalRandom.current().nextLong(delay);
      vertx.setTimer(delay / 2 + jitter / 2 + 1, tick -> listen(failures));
    }
  }

  /** One query for all tails, and none while no tail waits. */
  private void poll() {
    if (head.awaited() && polling.compareAndSet(false, true)) {
      pool.preparedQuery(EventRows.HEAD)
          .execute()
          .ifNoItem()
          .after(timeout)
          .fail()
          .onTermination()
          .invoke(() -> polling.set(false))
          .subscribe()
          .with(
              rows -> head.advanceTo(rows.iterator().next().getLong(0)),
              failure -> LOG.log(System.Logger.Level.DEBUG, "Polling the log: " + failure));
    }
  }

  Uni<Void> close() {
    closed = true;
    if (started.getAndSet(true)) {
      vertx.cancelTimer(timer);
    }
    PgConnection connection = listening;
    return connection == null
        ? Uni.createFrom().voidItem()
        : connection.close().onFailure().recoverWithNull();
  }
}
