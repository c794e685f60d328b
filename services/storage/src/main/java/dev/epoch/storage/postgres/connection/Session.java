package dev.epoch.storage.postgres.connection;

import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.BusyException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.mutiny.sqlclient.Cursor;
import io.vertx.mutiny.sqlclient.PreparedStatement;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A connection inside a transaction. Not for use by several threads.
 *
 * <p>What does not need the answer before it is sent behind it at once: {@link #send} and {@link
 * #ask} do not wait. The server answers in order; a failure shows where an answer is next waited
 * for.
 */
public final class Session {
  /** Statements that begin with this, or hold it, are prepared for one use. */
  public static final String NEVER_CACHED = "/* epoch: once */ ";

  /** Rows fetched in one round trip by {@link #stream}. */
  public static final int PAGE = 1_000;

  private static final String IN_FAILED_TRANSACTION = "25P02";

  private final SqlConnection connection;

  /** The connection without the wrapping that captures the caller's context for each answer. */
  private final io.vertx.sqlclient.SqlConnection client;

  private final Deadline deadline;
  private final Set<String> known = new HashSet<>();
  private final Map<String, Object> made = new HashMap<>();
  private final List<CompletableFuture<?>> sent = new ArrayList<>();
  private final List<Runnable> assumptions = new ArrayList<>();

  Session(SqlConnection connection) {
    this(connection, Deadline.NONE);
  }

  /** Waits for answers no longer than the deadline allows. */
  Session(SqlConnection connection, Deadline deadline) {
    this.connection = connection;
    this.client = connection.getDelegate();
    this.deadline = deadline;
  }

  /**
   * Keeps a fact that holds for this transaction.
   *
   * @return whether it is new
   */
  public boolean note(String fact) {
    return known.add(fact);
  }

  /** Keeps a thing that this transaction has made; null forgets it. */
  public void keep(String name, Object thing) {
    if (thing == null) {
      made.remove(name);
    } else {
      made.put(name, thing);
    }
  }

  /** What {@link #keep} keeps. */
  public <T> Optional<T> kept(String name, Class<T> type) {
    return Optional.ofNullable(made.get(name)).map(type::cast);
  }

  /**
   * Goes on as if something held that the database has been asked about: its answer is judged
   * before the transaction commits, and first of all if it fails.
   *
   * @param check fails with {@link BusyException} if it does not hold; the next try asks first
   */
  public void assume(Runnable check) {
    assumptions.add(check);
  }

  /**
   * {@link #assume} of an answer that was sent for behind a lock. Where the database did not come
   * to the question, because what was sent before it failed, the assumption may be why.
   *
   * @param forget what was known, so that the next try asks first
   */
  public <T> void assumeAnswer(Supplier<T> answer, Consumer<T> check, Runnable forget) {
    assume(() -> {
      T found;
      try {
        found = answer.get();
      } catch (RuntimeException failure) {
        PgException error = SqlErrors.serverError(failure);
        if (error != null && SqlErrors.state(error).equals(IN_FAILED_TRANSACTION)) {
          forget.run();
          throw new BusyException("A lock could not be had", "Try again", failure);
        }
        throw failure;
      }
      check.accept(found);
    });
  }

  /** Fails if something does not hold that was assumed. */
  void requireAssumptions() {
    assumptions.forEach(Runnable::run);
    assumptions.clear();
  }

  /** The failure that tells: a wrong assumption is behind whatever came of it. */
  RuntimeException reason(RuntimeException failure) {
    for (Runnable check : assumptions) {
      try {
        check.run();
      } catch (BusyException wrong) {
        return wrong;
      } catch (RuntimeException unknown) {
        // it could not be asked; what failed says why
      }
    }
    return failure;
  }

  /** Runs statements without parameters; several may be separated by semicolons. */
  public void run(String sql) {
    await(query(sql));
  }

  /**
   * {@link #run} without waiting for the answer.
   *
   * @return what becomes of it; nobody has to look
   */
  public CompletableFuture<?> send(String sql) {
    CompletableFuture<?> answer = query(sql);
    sent.add(answer);
    return answer;
  }

  /** {@link #execute} without waiting for the answer. */
  public void send(String sql, Object... parameters) {
    sent.add(prepared(sql, parameters));
  }

  /** {@link #send} of a question: the supplier has the answer when the transaction is over. */
  public <T> Supplier<List<T>> sendAsking(
      String sql, Function<Row, T> mapper, Object... parameters) {
    CompletableFuture<RowSet<Row>> answer = prepared(sql, parameters);
    sent.add(answer);
    return () -> mapped(deadline.await(answer), mapper);
  }

  /** {@link #list} without waiting for the answer, which the supplier waits for. */
  public <T> Supplier<List<T>> ask(String sql, Function<Row, T> mapper, Object... parameters) {
    CompletableFuture<RowSet<Row>> answer = prepared(sql, parameters);
    return () -> mapped(await(answer), mapper);
  }

  /** {@link #ask} whose supplier waits for this answer alone, not for what else was sent. */
  public <T> Supplier<List<T>> askAside(String sql, Function<Row, T> mapper, Object... parameters) {
    CompletableFuture<RowSet<Row>> answer = prepared(sql, parameters);
    return () -> mapped(deadline.await(answer), mapper);
  }

  /** Runs statements without parameters, separated by semicolons; the rows of the last one. */
  public RowSet<Row> script(String sql) {
    RowSet<Row> rows = await(query(sql));
    for (RowSet<Row> next = rows.next(); next != null; next = next.next()) {
      rows = next;
    }
    return rows;
  }

  /** Runs one prepared statement; the number of rows it changed or returned. */
  public int execute(String sql, Object... parameters) {
    return rows(sql, parameters).rowCount();
  }

  public <T> List<T> list(String sql, Function<Row, T> mapper, Object... parameters) {
    return mapped(rows(sql, parameters), mapper);
  }

  private static <T> List<T> mapped(RowSet<Row> rows, Function<Row, T> mapper) {
    List<T> result = new ArrayList<>(rows.size());
    rows.forEach(row -> result.add(mapper.apply(row)));
    return result;
  }

  public <T> Optional<T> first(String sql, Function<Row, T> mapper, Object... parameters) {
    List<T> all = list(sql, mapper, parameters);
    return all.isEmpty() ? Optional.empty() : Optional.ofNullable(all.getFirst());
  }

  /** Runs one prepared statement; all its rows, and the names of their columns. */
  public RowSet<Row> rows(String sql, Object... parameters) {
    return await(prepared(sql, parameters));
  }

  private CompletableFuture<RowSet<Row>> query(String sql) {
    return answer(client.query(sql).execute());
  }

  private CompletableFuture<RowSet<Row>> prepared(String sql, Object... parameters) {
    return answer(client.preparedQuery(sql).execute(Tuple.from(parameters).getDelegate()));
  }

  private static CompletableFuture<RowSet<Row>> answer(
      Future<io.vertx.sqlclient.RowSet<io.vertx.sqlclient.Row>> future) {
    CompletableFuture<RowSet<Row>> answer = new CompletableFuture<>();
    future.onComplete(
        rows -> answer.complete(RowSet.newInstance(rows, Row.__TYPE_ARG)),
        answer::completeExceptionally);
    return answer;
  }

  private <T> T await(Uni<T> last) {
    return await(last.subscribeAsCompletionStage());
  }

  /** Waits for what was sent before, too; the first that failed is the one that tells. */
  private <T> T await(CompletableFuture<T> last) {
    if (!sent.isEmpty()) {
      List<CompletableFuture<?>> before = List.copyOf(sent);
      sent.clear();
      before.forEach(deadline::await);
    }
    return deadline.await(last);
  }

  /**
   * Pulls the rows in pages through a cursor, one page ahead of the reader: what is sent on this
   * connection meanwhile is answered behind that page.
   */
  public <T> RowStream<T> stream(String sql, List<Object> parameters, Function<Row, T> mapper) {
    PreparedStatement statement = await(connection.prepare(sql));
    Cursor cursor = statement.cursor(Tuple.from(parameters));
    return new CursorStream<>(statement, cursor, mapper);
  }

  /**
   * Runs the body; if it fails for want of locks, the transaction is as before and lives on. Any
   * other failure is the transaction's.
   */
  public <T> T inSavepoint(Supplier<T> body) {
    run("SAVEPOINT attempt");
    try {
      T result = body.get();
      run("RELEASE attempt");
      return result;
    } catch (RuntimeException e) {
      RuntimeException translated = SqlErrors.translate(e);
      if (translated instanceof BusyException) {
        run("ROLLBACK TO attempt");
      }
      throw translated;
    }
  }

  public SqlConnection connection() {
    return connection;
  }

  /** Holds two pages at most: one is taken apart while the server makes the next. */
  private static final class CursorStream<T> implements RowStream<T> {
    private final PreparedStatement statement;
    private final Cursor cursor;
    private final Function<Row, T> mapper;
    private CompletableFuture<RowSet<Row>> next;
    private Iterator<Row> page = List.<Row>of().iterator();
    private boolean closed;

    CursorStream(PreparedStatement statement, Cursor cursor, Function<Row, T> mapper) {
      this.statement = statement;
      this.cursor = cursor;
      this.mapper = mapper;
      this.next = request();
    }

    private CompletableFuture<RowSet<Row>> request() {
      return cursor.read(PAGE).subscribeAsCompletionStage();
    }

    @Override
    public boolean hasNext() {
      while (!page.hasNext() && next != null && !closed) {
        RowSet<Row> rows = Await.on(next);
        page = rows.iterator();
        // Not cursor.hasMore(): a cursor learns on another thread that it has been read, and fails
        // when it is asked too early. A full page that was the last is followed by an empty one.
        next = rows.size() < PAGE ? null : request();
      }
      return page.hasNext();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new java.util.NoSuchElementException();
      }
      return mapper.apply(page.next());
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        Await.quietly(cursor.close());
        Await.quietly(statement.close());
      }
    }
  }
}
