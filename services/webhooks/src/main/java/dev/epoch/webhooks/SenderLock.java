package dev.epoch.webhooks;

import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

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
  private final AtomicReference<PgConnection> connection = new AtomicReference<>();
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
    PgConnection open = connection.get();
    try {
      if (open == null) {
        open = connect();
      }
      held = open.query(TAKE).execute().await().atMost(PATIENCE).iterator().next().getBoolean(0);
      if (connection.get() != open) {
        held = false;
      }
    } catch (RuntimeException away) {
      drop();
      throw away;
    }
    return held;
  }

  private PgConnection connect() {
    PgConnection made = PgConnection.connect(vertx, options).await().atMost(PATIENCE);
    connection.set(made);
    made.closeHandler(() -> lost(made));
    return made;
  }

  /** On an event loop: waits for nobody. */
  private void lost(PgConnection which) {
    if (connection.compareAndSet(which, null)) {
      held = false;
    }
  }

  private void drop() {
    held = false;
    PgConnection old = connection.getAndSet(null);
    if (old != null) {
      old.close().subscribe().with(_ -> {}, _ -> {});
    }
  }

  /** Lets others take it. */
  synchronized void release() {
    drop();
  }

  @Override
  public synchronized void close() {
    closed = true;
    drop();
  }
}
