package dev.epoch.storage.postgres.connection;

import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgConnection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Cancels what a connection runs when its time is over, from outside the connection, and again
 * until it is stopped: a statement cannot lift this limit, and one that starts just then is met as
 * well.
 */
public final class CancelTimer implements AutoCloseable {
  private static final long REPEAT_MILLISECONDS = 200;

  private final Vertx vertx;
  private final PgConnection connection;
  private final AtomicBoolean fired = new AtomicBoolean();
  private volatile boolean stopped;
  private volatile long timer;

  private CancelTimer(Vertx vertx, PgConnection connection) {
    this.vertx = vertx;
    this.connection = connection;
  }

  public static CancelTimer start(Vertx vertx, SqlConnection connection, Duration timeout) {
    CancelTimer timer = new CancelTimer(vertx, PgConnection.cast(connection.getDelegate()));
    timer.timer = vertx.setTimer(Math.max(1, timeout.toMillis()), id -> timer.fire());
    return timer;
  }

  private void fire() {
    if (!stopped) {
      fired.set(true);
      connection.cancelRequest();
      timer = vertx.setTimer(REPEAT_MILLISECONDS, id -> fire());
    }
  }

  /** Whether the time was over: a cancellation may still be on its way to the connection. */
  public boolean fired() {
    return fired.get();
  }

  @Override
  public void close() {
    stopped = true;
    vertx.cancelTimer(timer);
  }
}
