package dev.epoch.storage.postgres;

import dev.epoch.model.row.RowStream;
import dev.epoch.storage.BusyException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Cursor;
import io.vertx.mutiny.sqlclient.PreparedStatement;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A connection inside a transaction. Not for use by several threads.
 *
 * <p>What does not need the answer before it is sent behind it at once: {@link #send} and {@link
 * #ask} do not wait. The server answers in order; a failure shows where an answer is next waited
 * for.
 */
final class Session {
  /** Rows fetched in one round trip by {@link #stream}. */
  static final int PAGE = 1_000;

  private final SqlConnection connection;
  private final Deadline deadline;
  private final Set<String> known = new HashSet<>();
  private final List<CompletableFuture<?>> sent = new ArrayList<>();

  Session(SqlConnection connection) {
    this(connection, Deadline.NONE);
  }

  /** Waits for answers no longer than the deadline allows. */
  Session(SqlConnection connection, Deadline deadline) {
    this.connection = connection;
    this.deadline = deadline;
  }

  /**
   * Keeps a fact that holds for this transaction.
   *
   * @return whether it is new
   */
  boolean note(String fact) {
    return known.add(fact);
  }

  /** Runs statements without parameters; several may be separated by semicolons. */
  void run(String sql) {
    await(connection.query(sql).execute());
  }

  /**
   * {@link #run} without waiting for the answer.
   *
   * @return what becomes of it; nobody has to look
   */
  CompletableFuture<?> send(String sql) {
    CompletableFuture<?> answer = connection.query(sql).execute().subscribeAsCompletionStage();
    sent.add(answer);
    return answer;
  }

  /** {@link #execute} without waiting for the answer. */
  void send(String sql, Object... parameters) {
    sent.add(prepared(sql, parameters).subscribeAsCompletionStage());
  }

  /** {@link #list} without waiting for the answer, which the supplier waits for. */
  <T> Supplier<List<T>> ask(String sql, Function<Row, T> mapper, Object... parameters) {
    CompletableFuture<RowSet<Row>> answer = prepared(sql, parameters).subscribeAsCompletionStage();
    return () -> mapped(await(Uni.createFrom().completionStage(answer)), mapper);
  }

  /** Runs statements without parameters, separated by semicolons; the rows of the last one. */
  RowSet<Row> script(String sql) {
    RowSet<Row> rows = await(connection.query(sql).execute());
    for (RowSet<Row> next = rows.next(); next != null; next = next.next()) {
      rows = next;
    }
    return rows;
  }

  /** Runs one prepared statement; the number of rows it changed or returned. */
  int execute(String sql, Object... parameters) {
    return rows(sql, parameters).rowCount();
  }

  <T> List<T> list(String sql, Function<Row, T> mapper, Object... parameters) {
    return mapped(rows(sql, parameters), mapper);
  }

  private static <T> List<T> mapped(RowSet<Row> rows, Function<Row, T> mapper) {
    List<T> result = new ArrayList<>(rows.size());
    rows.forEach(row -> result.add(mapper.apply(row)));
    return result;
  }

  <T> Optional<T> first(String sql, Function<Row, T> mapper, Object... parameters) {
    List<T> all = list(sql, mapper, parameters);
    return all.isEmpty() ? Optional.empty() : Optional.ofNullable(all.getFirst());
  }

  /** Runs one prepared statement; all its rows, and the names of their columns. */
  RowSet<Row> rows(String sql, Object... parameters) {
    return await(prepared(sql, parameters));
  }

  private Uni<RowSet<Row>> prepared(String sql, Object... parameters) {
    return connection.preparedQuery(sql).execute(Tuple.from(parameters));
  }

  /** Sends it, and waits for what was sent before; the first that failed is the one that tells. */
  private <T> T await(Uni<T> last) {
    if (sent.isEmpty()) {
      return deadline.await(last);
    }
    CompletableFuture<T> answer = last.subscribeAsCompletionStage();
    List<CompletableFuture<?>> before = List.copyOf(sent);
    sent.clear();
    before.forEach(one -> deadline.await(Uni.createFrom().completionStage(one)));
    return deadline.await(Uni.createFrom().completionStage(answer));
  }

  /**
   * Pulls the rows in pages through a cursor, one page ahead of the reader: what is sent on this
   * connection meanwhile is answered behind that page.
   */
  <T> RowStream<T> stream(String sql, List<Object> parameters, Function<Row, T> mapper) {
    PreparedStatement statement = await(connection.prepare(sql));
    Cursor cursor = statement.cursor(Tuple.from(parameters));
    return new CursorStream<>(statement, cursor, mapper);
  }

  /**
   * Runs the body; if it fails for want of locks, the transaction is as before and lives on. Any
   * other failure is the transaction's.
   */
  <T> T inSavepoint(Supplier<T> body) {
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

  SqlConnection connection() {
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
        RowSet<Row> rows = Await.on(Uni.createFrom().completionStage(next));
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
