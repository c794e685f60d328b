package dev.epoch.storage.postgres.connection;

import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.location.AddressRules;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A PostgreSQL database, spoken to in sequence from virtual threads over the non-blocking client.
 *
 * <p>Each session runs with pinned settings, so that a value has one text: ISO dates, UTC,
 * hexadecimal bytes, shortest exact floats, an empty search path.
 */
public final class Database implements AutoCloseable {
  /** More than any sensible pool has connections. */
  private static final int MOST_STALE_PLANS = 200;

  /** What the client calls itself unless told otherwise. */
  private static final String DRIVERS_OWN_NAME =
      PgConnectOptions.DEFAULT_PROPERTIES.get("application_name");

  /** Characters; statements about wide tables are long, and planning them takes longest. */
  private static final int LONGEST_CACHED_STATEMENT = 32_768;

  private static final int MOST_DEAD_CONNECTIONS = 20;

  private static final String SEARCH_PATH = "search_path";

  private static final String WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

  /**
   * Behind each BEGIN on a connection of the pool: its session keeps the path that applications
   * have, for {@code ApplicationPath}.
   */
  private static final String OWN_PATH = "; SET LOCAL search_path = pg_catalog";

  private static final Duration MOST_TO_CLOSE = Duration.ofSeconds(5);

  /** One commit or write of records has a handful of statements for each table and branch. */
  private static final int KEYED_STATEMENTS = 512;

  private static final AtomicLong POOLS = new AtomicLong();

  private final Pool pool;
  private final AffinityPool keyed;
  private volatile boolean reached;

  /**
   * @param poolOptions of the connections for reading and for merges, and again of those for {@link
   *     #writeKeyed}
   */
  public Database(Connecting connecting, PgConnectOptions options, PoolOptions poolOptions) {
    PgConnectOptions unpinnedPath = pinned(options);
    unpinnedPath.getProperties().remove(SEARCH_PATH);
    this.pool = connecting.pool(unpinnedPath, named(poolOptions, options, "work"));
    this.keyed = new AffinityPool(connecting, keyed(options), poolOptions);
  }

  /** A database at any address. */
  public Database(Vertx vertx, PgConnectOptions options, PoolOptions poolOptions) {
    this(new Connecting(vertx, AddressRules.ANYTHING), options, poolOptions);
  }

  /** Options of a pool whose measures can be told from those of others. */
  public static PoolOptions named(PoolOptions options, PgConnectOptions database, String purpose) {
    return new PoolOptions(options)
        .setName("%s %s %d".formatted(database.getDatabase(), purpose, POOLS.incrementAndGet()));
  }

  /**
   * Settings of a connection whose statements look up few rows by their keys: plans that cost what
   * these rows cost, made once per connection and not for each transaction.
   */
  private static PgConnectOptions keyed(PgConnectOptions options) {
    return pinned(options)
        .setPreparedStatementCacheMaxSize(KEYED_STATEMENTS)
        .addProperty("plan_cache_mode", "force_generic_plan")
        .addProperty("enable_nestloop", "on")
        .addProperty("enable_hashjoin", "off")
        .addProperty("enable_mergejoin", "off")
        .addProperty("enable_seqscan", "off")
        // the joins are written in the order to take, and there is nothing to find by trying others
        .addProperty("join_collapse_limit", "1")
        .addProperty("from_collapse_limit", "1")
        .addProperty("enable_bitmapscan", "off")
        .addProperty("max_parallel_workers_per_gather", "0")
        .addProperty("jit", "off");
  }

  /** The key of work on a table of a branch. */
  public static String key(String branchId, String tableId) {
    return branchId + " " + tableId;
  }

  /** The settings under which every value has one text. */
  public static PgConnectOptions pinned(PgConnectOptions options) {
    PgConnectOptions pinned = new PgConnectOptions(options);
    pinned
        .getProperties()
        .merge(
            "application_name",
            "epoch",
            (given, name) -> DRIVERS_OWN_NAME.equals(given) ? name : given);
    return pinned
        .setCachePreparedStatements(true)
        .setPreparedStatementCacheSqlFilter(
            sql -> sql.length() <= LONGEST_CACHED_STATEMENT && !sql.contains(Session.NEVER_CACHED))
        .addProperty("DateStyle", "ISO, YMD")
        .addProperty("IntervalStyle", "iso_8601")
        .addProperty("TimeZone", "UTC")
        .addProperty("extra_float_digits", "1")
        .addProperty("bytea_output", "hex")
        .addProperty("lc_monetary", "C")
        .addProperty("quote_all_identifiers", "off")
        .addProperty("standard_conforming_strings", "on")
        .addProperty("client_min_messages", "warning")
        .addProperty("statement_timeout", "0")
        .addProperty("idle_in_transaction_session_timeout", "0")
        .addProperty(SEARCH_PATH, "pg_catalog")
        // see sessions.sql: settings of the role or the database put no session of ours on a branch
        .addProperty("epoch.branch", "live");
  }

  /** Runs in one transaction; commits when the body returns, rolls back when it throws. */
  public <T> T write(Function<Session, T> body) {
    return transaction(WRITING, body);
  }

  /**
   * {@link #write(Function)} that begins with statements, in one round trip.
   *
   * @param first statements without parameters, separated by semicolons
   */
  public <T> T write(String first, Function<Session, T> body) {
    return transaction(WRITING, first, body);
  }

  /** {@link #write(Function)} in a transaction that sees one snapshot. */
  public <T> T writeInSnapshot(Function<Session, T> body) {
    return transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE", body);
  }

  /**
   * {@link #write(String, Function)} on a connection that plans for lookups by key. The first
   * statement of the body goes out with the BEGIN; the body runs again when the connection turns
   * out to be dead.
   *
   * @param key what the statements are about, see {@link AffinityPool#take}
   */
  public <T> T writeKeyed(String key, String first, Function<Session, T> body) {
    for (int dead = 0; ; dead++) {
      AffinityPool.Lent lent = keyed(key);
      Session session = new Session(lent.connection());
      CompletableFuture<?> begun = session.send(WRITING + "; " + first);
      boolean clean = false;
      try {
        T result = committed(session, body);
        clean = true;
        return result;
      } catch (StorageUnavailableException | OutcomeUnknownException e) {
        // nothing was done where not even the BEGIN was
        if (!begun.isCompletedExceptionally() || dead == MOST_DEAD_CONNECTIONS) {
          throw e;
        }
      } catch (RuntimeException e) {
        clean = !SqlErrors.isStalePlan(e) && rolledBack(lent.connection());
        throw e;
      } finally {
        giveBack(lent, clean);
      }
    }
  }

  /**
   * Runs without a transaction on a connection that plans for lookups by key: each statement reads
   * a snapshot of its own, and none writes. The body runs again when the connection turns out to be
   * dead.
   *
   * @param key what the statements are about, see {@link AffinityPool#take}
   */
  public <T> T ask(String key, Function<Session, T> body) {
    for (int dead = 0; ; dead++) {
      AffinityPool.Lent lent = keyed(key);
      boolean clean = false;
      try {
        T result = body.apply(new Session(lent.connection()));
        clean = true;
        return result;
      } catch (RuntimeException e) {
        RuntimeException failure = SqlErrors.translate(e);
        clean = !(failure instanceof StorageUnavailableException) && !SqlErrors.isStalePlan(e);
        if (!(failure instanceof StorageUnavailableException) || dead == MOST_DEAD_CONNECTIONS) {
          throw failure;
        }
      } finally {
        giveBack(lent, clean);
      }
    }
  }

  private AffinityPool.Lent keyed(String key) {
    try {
      return keyed.take(key);
    } catch (RuntimeException e) {
      RuntimeException translated = SqlErrors.translate(e);
      throw translated instanceof StorageException ? translated : SqlErrors.unavailable(e);
    }
  }

  /** One that may still be in a transaction, or has plans that fit no more, is not used again. */
  private void giveBack(AffinityPool.Lent lent, boolean clean) {
    if (clean) {
      keyed.giveBack(lent);
    } else {
      keyed.discard(lent);
    }
  }

  private static boolean rolledBack(SqlConnection connection) {
    try {
      Await.on(connection.query("ROLLBACK").execute());
      return true;
    } catch (RuntimeException gone) {
      return false;
    }
  }

  /** {@link #ask(String, Function)} of what is about no table of a branch. */
  public <T> T ask(Function<Session, T> body) {
    return ask(AffinityPool.ANY, body);
  }

  /** Runs without a transaction; for what cannot run in one. */
  public void alone(Consumer<Session> body) {
    reach();
    SqlConnection connection = connection(pool);
    try {
      Session session = new Session(connection);
      session.run("SET search_path = pg_catalog");
      body.accept(session);
    } catch (RuntimeException e) {
      throw SqlErrors.translate(e);
    } finally {
      Await.quietly(connection.close());
    }
  }

  /** {@link #write(Function)} for bodies without result. */
  public void writeOnly(Consumer<Session> body) {
    write(session -> {
      body.accept(session);
      return null;
    });
  }

  /**
   * Runs in one transaction that sees one snapshot and cannot write. The body may run again, when
   * the shape of a table has changed since its statement was prepared.
   */
  public <T> T read(Function<Session, T> body) {
    return afresh(() -> transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body));
  }

  /** A stream that owns its connection and read-only snapshot until it is closed or drained. */
  <T> RowStream<T> stream(String sql, List<Object> parameters, Function<Row, T> mapper) {
    return stream(session -> session.stream(sql, parameters, mapper));
  }

  /** The same for a body that reads, in the snapshot of the stream, before it opens the stream. */
  public <T> RowStream<T> stream(Function<Session, RowStream<T>> body) {
    return afresh(() -> open(body));
  }

  private <T> RowStream<T> open(Function<Session, RowStream<T>> body) {
    reach();
    Session session =
        begin(pool, Deadline.NONE, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" + OWN_PATH);
    SqlConnection connection = session.connection();
    try {
      RowStream<T> rows = body.apply(session);
      // the first page, so that what is wrong shows here
      rows.hasNext();
      return new OwningStream<>(rows, () -> release(connection, false, null));
    } catch (RuntimeException e) {
      release(connection, false, e);
      throw SqlErrors.translate(e);
    } catch (Error e) {
      release(connection, false, e);
      throw e;
    }
  }

  /**
   * The pool cannot tell a database that does not answer from one whose connections are all in use:
   * the first connection is made beside it.
   */
  private void reach() {
    if (!reached) {
      keyed.giveBack(keyed(AffinityPool.ANY));
      reached = true;
    }
  }

  private <T> T transaction(String begin, Function<Session, T> body) {
    reach();
    return finish(begin(pool, Deadline.NONE, begin + OWN_PATH), body);
  }

  private <T> T transaction(String begin, String first, Function<Session, T> body) {
    reach();
    return finish(begin(pool, Deadline.NONE, begin + OWN_PATH + "; " + first), body);
  }

  private static <T> T finish(Session session, Function<Session, T> body) {
    SqlConnection connection = session.connection();
    boolean ended = false;
    Throwable failure = null;
    try {
      T result = committed(session, body);
      ended = true;
      return result;
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    } finally {
      release(connection, ended, failure);
    }
  }

  /** Runs the body in the transaction that has begun, and commits it. */
  private static <T> T committed(Session session, Function<Session, T> body) {
    boolean committing = false;
    try {
      T result = body.apply(session);
      session.requireAssumptions();
      committing = true;
      // COMMIT of a transaction that has failed rolls back and reports success; the SELECT fails.
      session.run("SELECT; COMMIT");
      return result;
    } catch (RuntimeException e) {
      throw committing ? SqlErrors.translateCommit(e) : SqlErrors.translate(session.reason(e));
    }
  }

  /** Tries again while connections of the pool hold plans that do not fit any more. */
  private static <T> T afresh(Supplier<T> work) {
    for (int stale = 0; ; stale++) {
      try {
        return work.get();
      } catch (BusyException e) {
        if (!SqlErrors.isStalePlan(e) || stale == MOST_STALE_PLANS) {
          throw e;
        }
      }
    }
  }

  private static void release(SqlConnection connection, boolean ended, Throwable failure) {
    if (failure != null && SqlErrors.isStalePlan(failure)) {
      discard(connection);
    } else if (!ended) {
      Await.quietly(connection.query("ROLLBACK").execute());
    }
    Await.quietly(connection.close());
  }

  /** Ends the session at the server, and waits until the pool has noticed. */
  private static void discard(SqlConnection connection) {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    connection.closeHandler(() -> closed.complete(null));
    Await.quietly(
        connection
            .query("ROLLBACK; SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())")
            .execute());
    Await.quietly(Uni.createFrom().completionStage(closed).ifNoItem().after(MOST_TO_CLOSE).fail());
  }

  /**
   * A connection of a pool on which a transaction has begun. One that has died in the pool is
   * passed over: nothing was done on it yet.
   */
  public static Session begin(Pool pool, Deadline deadline, String begin) {
    for (int dead = 0; ; dead++) {
      SqlConnection connection = connection(pool);
      try {
        Session session = new Session(connection, deadline);
        session.run(begin);
        return session;
      } catch (RuntimeException e) {
        Await.quietly(connection.query("ROLLBACK").execute());
        Await.quietly(connection.close());
        RuntimeException failure = SqlErrors.translate(e);
        if (!(failure instanceof StorageUnavailableException) || dead == MOST_DEAD_CONNECTIONS) {
          throw failure;
        }
      }
    }
  }

  private static SqlConnection connection(Pool pool) {
    try {
      return Await.on(pool.getConnection());
    } catch (RuntimeException e) {
      RuntimeException translated = SqlErrors.translate(e);
      throw translated instanceof StorageException ? translated : SqlErrors.unavailable(e);
    }
  }

  /** The pool, for what needs a connection of its own kind. */
  public Pool pool() {
    return pool;
  }

  @Override
  public void close() {
    Await.quietly(pool.close().ifNoItem().after(MOST_TO_CLOSE).fail());
    keyed.close();
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
