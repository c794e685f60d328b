package dev.epoch.storage.postgres.connection;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.pgclient.PgConnectOptions;
import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A connection of its own that hears the notifications of a channel. When it is lost it is opened
 * again, with growing delays up to 10 seconds.
 */
public final class NotificationFeed implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(NotificationFeed.class.getName());
  private static final long FIRST_DELAY_MILLIS = 100;
  private static final long LONGEST_DELAY_MILLIS = 10_000;

  private final Connecting connecting;
  private final PgConnectOptions options;
  private final String channel;
  private final Runnable wake;
  private volatile boolean closed;
  private volatile PgConnection connection;

  private NotificationFeed(
      Connecting connecting, PgConnectOptions options, String channel, Runnable wake) {
    this.connecting = connecting;
    this.options = Database.pinned(options).setTcpKeepAlive(true);
    this.channel = channel;
    this.wake = wake;
  }

  /**
   * @param channel a plain name
   * @param wake called at once on each notification, and when the connection is there again
   */
  public static NotificationFeed start(
      Connecting connecting, PgConnectOptions options, String channel, Runnable wake) {
    NotificationFeed feed = new NotificationFeed(connecting, options, channel, wake);
    feed.connect(0);
    return feed;
  }

  private void connect(int failures) {
    connecting
        .connect(options)
        .chain(this::listen)
        .subscribe()
        .with(
            this::heard,
            failure -> {
              LOG.log(Level.FINE, failure, () -> "No notifications of " + channel + " for now");
              later(failures + 1);
            });
  }

  private Uni<PgConnection> listen(PgConnection opened) {
    opened.notificationHandler(_ -> wake.run());
    return opened
        .query("LISTEN " + channel)
        .execute()
        .replaceWith(opened)
        .onFailure()
        .call(() -> opened.close().onFailure().recoverWithNull());
  }

  private void heard(PgConnection opened) {
    connection = opened;
    if (closed) {
      opened.closeAndForget();
      return;
    }
    opened.exceptionHandler(
        failure -> LOG.log(Level.FINE, failure, () -> "The connection that listens to " + channel));
    opened.closeHandler(() -> later(0));
    wake.run();
  }

  private void later(int failures) {
    if (!closed) {
      long delay = Math.min(LONGEST_DELAY_MILLIS, FIRST_DELAY_MILLIS << Math.min(failures, 10));
      long jitter = ThreadLocalRandom.current().nextLong(delay);
      connecting.vertx().setTimer(delay / 2 + jitter / 2 + 1, _ -> connect(failures));
    }
  }

  @Override
  public void close() {
    closed = true;
    PgConnection open = connection;
    if (open != null) {
      Await.quietly(open.close());
    }
  }
}
