package dev.epoch.log.postgres;

import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.pgclient.PgConnectOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Lets one of several servers with the same metadata database do something: whoever holds this
 * lock. It ends with the connection, and so with the process.
 */
public final class AdvisoryLock implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final String take;
  private final PgConnectOptions options;
  private final AtomicReference<PgConnection> connection = new AtomicReference<>();
  private volatile boolean held;
  private volatile boolean closed;

  /**
   * @param name of eight ASCII characters, unlike all others
   */
  public AdvisoryLock(Vertx vertx, PgConnectOptions options, String name) {
    byte[] key = name.getBytes(StandardCharsets.US_ASCII);
    if (key.length != Long.BYTES) {
      throw new IllegalArgumentException("'" + name + "' has not eight characters");
    }
    this.vertx = vertx;
    this.take = "SELECT pg_try_advisory_lock(x'" + HexFormat.of().formatHex(key) + "'::bigint)";
    this.options = new PgConnectOptions(options);
  }

  /** Whether this process holds it now. */
  public boolean held() {
    return held;
  }

  /** Takes it if nobody has it; whether it is held then. Fails if the database is away. */
  public synchronized boolean take() {
    if (held || closed) {
      return held;
    }
    PgConnection open = connection.get();
    try {
      if (open == null) {
        open = connect();
      }
      held = open.query(take).execute().await().atMost(PATIENCE).iterator().next().getBoolean(0);
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
  public synchronized void release() {
    drop();
  }

  @Override
  public synchronized void close() {
    closed = true;
    drop();
  }
}
