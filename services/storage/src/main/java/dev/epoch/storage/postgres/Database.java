package dev.epoch.storage.postgres;

import dev.epoch.model.row.RowStream;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A PostgreSQL database, spoken to in sequence from virtual threads over the non-blocking client.
 *
 * <p>Each session runs with pinned settings, so that a value has one text: ISO dates, UTC,
 * hexadecimal bytes, shortest exact floats, an empty search path.
 */
final class Database implements AutoCloseable {
  private final Pool pool;

  Database(Vertx vertx, PgConnectOptions options, PoolOptions poolOptions) {
    this.pool = Pool.pool(vertx, pinned(options), poolOptions);
  }

  private static PgConnectOptions pinned(PgConnectOptions options) {
    return new PgConnectOptions(options)
        .setCachePreparedStatements(true)
        .addProperty("application_name", "epoch")
        .addProperty("DateStyle", "ISO, YMD")
        .addProperty("IntervalStyle", "iso_8601")
        .addProperty("TimeZone", "UTC")
        .addProperty("extra_float_digits", "1")
        .addProperty("bytea_output", "hex")
        .addProperty("search_path", "pg_catalog");
  }

  /** Runs in one transaction; commits when the body returns, rolls back when it throws. */
  <T> T write(Function<Session, T> body) {
    return transaction("BEGIN ISOLATION LEVEL READ COMMITTED", body);
  }

  /** {@link #write(Function)} for bodies without result. */
  void writeOnly(Consumer<Session> body) {
    write(session -> {
      body.accept(session);
      return null;
    });
  }

  /** Runs in one transaction that sees one snapshot and cannot write. */
  <T> T read(Function<Session, T> body) {
    return transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body);
  }

  /** A stream that owns its connection and read-only snapshot until it is closed or drained. */
  <T> RowStream<T> stream(String sql, List<Object> parameters, Function<Row, T> mapper) {
    return stream(session -> session.stream(sql, parameters, mapper));
  }

  /** The same for a body that reads before it opens the stream, in the same snapshot. */
  <T> RowStream<T> stream(Function<Session, RowStream<T>> body) {
    SqlConnection connection = Await.on(pool.getConnection());
    try {
      Session session = new Session(connection);
      session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      return new OwningStream<>(body.apply(session), () -> endAndRelease(connection));
    } catch (RuntimeException e) {
      endAndRelease(connection);
      throw SqlErrors.translate(e);
    }
  }

  private static void endAndRelease(SqlConnection connection) {
    Await.quietly(connection.query("ROLLBACK").execute());
    Await.quietly(connection.close());
  }

  private <T> T transaction(String begin, Function<Session, T> body) {
    SqlConnection connection;
    try {
      connection = Await.on(pool.getConnection());
    } catch (RuntimeException e) {
      throw SqlErrors.unavailable(e);
    }
    Session session = new Session(connection);
    boolean committing = false;
    try {
      session.run(begin);
      T result = body.apply(session);
      committing = true;
      session.run("COMMIT");
      return result;
    } catch (RuntimeException e) {
      if (!committing) {
        Await.quietly(connection.query("ROLLBACK").execute());
      }
      throw committing ? SqlErrors.translateCommit(e) : SqlErrors.translate(e);
    } finally {
      Await.quietly(connection.close());
    }
  }

  /** The pool, for what needs a connection of its own kind. */
  Pool pool() {
    return pool;
  }

  @Override
  public void close() {
    Await.quietly(pool.close());
  }

  private static final class OwningStream<T> implements RowStream<T> {
    private final RowStream<T> rows;
    private final Runnable release;
    private boolean closed;

    OwningStream(RowStream<T> rows, Runnable release) {
      this.rows = rows;
      this.release = release;
    }

    @Override
    public boolean hasNext() {
      if (closed) {
        return false;
      }
      try {
        if (rows.hasNext()) {
          return true;
        }
      } catch (RuntimeException e) {
        close();
        throw SqlErrors.translate(e);
      }
      close();
      return false;
    }

    @Override
    public T next() {
      return rows.next();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        rows.close();
        release.run();
      }
    }
  }
}
