package dev.epoch.webhooks;

import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;

/**
 * Lets one of several servers with the same metadata database send webhooks: whoever holds this
 * lock. It ends with the connection, and so with the process.
 */
final class SenderLock implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The ASCII codes of "webhooks". */
  private static final String TAKE = "SELECT pg_try_advisory_lock(x'776562686f6f6b73'::bigint)";

  private final Vertx vertx;
  private final PgConnectOptions options;
  private PgConnection connection;
  private volatile boolean held;
  private volatile boolean closed;

  SenderLock(Vertx vertx, PgConnectOptions options) {
    this.vertx = vertx;
    this.options = new PgConnectOptions(options);
  }

  /** Whether this process holds it now. */
  boolean held() {
    return held;
  }

  /** Takes it if nobody has it; whether it is held then. Fails if the database is away. */
  synchronized boolean take() {
    if (held || closed) {
      return held;
    }
    if (connection == null) {
      PgConnection made = PgConnection.connect(vertx, options).await().atMost(PATIENCE);
      made.closeHandler(() -> lost(made));
      connection = made;
    }
    try {
      held =
          connection.query(TAKE).execute().await().atMost(PATIENCE).iterator().next().getBoolean(0);
    } catch (RuntimeException away) {
      drop();
      throw away;
    }
    return held;
  }

  private void lost(PgConnection which) {
    held = false;
    synchronized (this) {
      if (connection == which) {
        connection = null;
      }
    }
  }

  private void drop() {
    held = false;
    PgConnection old = connection;
    connection = null;
    if (old != null) {
      old.close().subscribe().with(_ -> {}, _ -> {});
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    drop();
  }
}
