package dev.epoch.log.postgres;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendBatch;
import dev.epoch.log.AppendRequest;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.LogHead;
import dev.epoch.log.LogPages;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.StreamDirectory;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The log in one table of a PostgreSQL database.
 *
 * <p>Appends that come while others are being written share the next transaction. Positions are
 * given under a lock held to its end, so they have no gaps and become visible in order, also when
 * several processes append to the same database. The tables come from {@link EventLogMigrations}.
 *
 * <p>Answers arrive on the Vert.x context that asked, or else on a thread of the log, which must
 * not be blocked. Tails emit on threads of the pool.
 */
public final class PostgresEventLog implements EventLog, StreamDirectory {
  private final PostgresLogConfiguration configuration;
  private final AppendConnection connection;
  private final AppendQueue queue;
  private final LogHead head = new LogHead();
  private final HeadFeed feed;
  private final SharedPages tailPages = new SharedPages(this::pageOfTail);
  private volatile boolean closed;

  /** Connects to nothing until it is used. */
  public PostgresEventLog(PostgresLogConfiguration configuration) {
    this.configuration = configuration;
    this.connection =
        new AppendConnection(
            configuration.vertx(), configuration.connectOptions(), configuration.timeout());
    this.queue =
        new AppendQueue(
            configuration.maxWaitingAppends(),
            configuration.maxWaitingBytes(),
            this::flush,
            // The client sends what it was given when its handler returns: that comes first.
            answers -> configuration.vertx().runOnContext(answers));
    this.feed = new HeadFeed(configuration, head);
  }

  @Override
  public Uni<AppendResult> append(
      String stream, long fence, long expectedVersion, List<Envelope> records) {
    return CallerContext.answering(
        () -> queue.add(AppendRequest.of(stream, fence, expectedVersion, records)));
  }

  @Override
  public Membership join(Member member, Duration lease) {
    return new PostgresMembership(configuration, member, lease);
  }

  private Uni<Runnable> flush(List<AppendQueue.Waiting> batch) {
    BatchFlush flush =
        new BatchFlush(
            connection,
            configuration.timeout(),
            batch.stream().map(AppendQueue.Waiting::request).toList());
    return flush
        .run()
        .<Runnable>map(result -> () -> answer(batch, result))
        .onFailure(failure -> batch.size() > 1 && PostgresFailures.dataRefused(failure))
        .recoverWithUni(() -> oneByOne(batch))
        .onFailure()
        .recoverWithItem(failure -> () -> fail(batch, failure));
  }

  /**
   * The database refuses something that the checks let through: the other appends do without it.
   */
  private Uni<Runnable> oneByOne(List<AppendQueue.Waiting> batch) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (AppendQueue.Waiting append : batch) {
      all = all.chain(() -> flush(List.of(append))).invoke(Runnable::run).replaceWithVoid();
    }
    return all.replaceWith(() -> {});
  }

  private void answer(List<AppendQueue.Waiting> batch, AppendBatch result) {
    head.advanceTo(result.head());
    List<AppendBatch.Outcome> outcomes = result.outcomes();
    IntStream.range(0, batch.size()).forEach(i -> answer(batch.get(i), outcomes.get(i)));
  }

  private static void answer(AppendQueue.Waiting append, AppendBatch.Outcome outcome) {
    switch (outcome) {
      case AppendBatch.Outcome.Answered(AppendResult result) -> append.answer().complete(result);
      case AppendBatch.Outcome.Refused(RuntimeException reason) -> append.answer().fail(reason);
    }
  }

  private static void fail(List<AppendQueue.Waiting> batch, Throwable failure) {
    RuntimeException said = BatchFlush.toLogException(failure);
    batch.forEach(append -> append.answer().fail(said));
  }

  @Override
  public Multi<StoredRecord> read(String stream, long afterVersion) {
    if (stream.equals(ALL)) {
      Uni<Long> end = query(EventRows.HEAD, Tuple.tuple()).map(PostgresEventLog::number);
      return LogPages.upTo(end, afterVersion, this::pageOfAll, StoredRecord::position)
          .onFailure(PostgresFailures::passing)
          .transform(PostgresEventLog::unreadable);
    }
    Uni<Long> end = query(EventRows.STREAM_VERSION, Tuple.of(stream)).map(PostgresEventLog::number);
    return LogPages.upTo(
            end, afterVersion, after -> pageOfStream(stream, after), StoredRecord::version)
        .onFailure(PostgresFailures::passing)
        .transform(PostgresEventLog::unreadable);
  }

  @Override
  public Uni<Long> end() {
    return query(EventRows.HEAD, Tuple.tuple())
        .map(PostgresEventLog::number)
        .onFailure(PostgresFailures::passing)
        .transform(PostgresEventLog::unreadable);
  }

  @Override
  public Uni<List<String>> streams() {
    return query(EventRows.STREAMS, Tuple.tuple())
        .map(rows -> rows.stream().map(row -> row.getString(0)).toList())
        .onFailure(PostgresFailures::passing)
        .transform(PostgresEventLog::unreadable);
  }

  @Override
  public Multi<StoredRecord> tail(long afterPosition) {
    feed.start();
    return LogPages.tail(afterPosition, head, tailPages, PostgresFailures::passing);
  }

  private Uni<List<StoredRecord>> pageOfAll(long after) {
    return query(
            EventRows.PAGE_OF_ALL, Tuple.of(after, EventRows.PAGE_RECORDS, EventRows.PAGE_BYTES))
        .map(EventRows::records);
  }

  private Uni<List<StoredRecord>> pageOfTail(long after) {
    return query(
            EventRows.PAGE_OF_ALL,
            Tuple.of(after, EventRows.TAIL_PAGE_RECORDS, EventRows.TAIL_PAGE_BYTES))
        .map(EventRows::records);
  }

  private Uni<List<StoredRecord>> pageOfStream(String stream, long after) {
    return query(
            EventRows.PAGE_OF_STREAM,
            Tuple.of(after, EventRows.PAGE_RECORDS, EventRows.PAGE_BYTES, stream))
        .map(EventRows::records);
  }

  private Uni<RowSet<Row>> query(String sql, Tuple values) {
    return Uni.createFrom()
        .deferred(() ->
            closed
                ? Uni.createFrom().failure(closed())
                : configuration.pool().preparedQuery(sql).execute(values))
        .ifNoItem()
        .after(configuration.timeout())
        .fail();
  }

  private static long number(RowSet<Row> rows) {
    return rows.iterator().next().getLong(0);
  }

  private static LogUnavailableException unreadable(Throwable failure) {
    return new LogUnavailableException("The log cannot be read now; try again later", failure);
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("The log is closed");
  }

  /**
   * Refuses new appends, answers those being written, ends tails with a failure and closes the
   * log's own connections. The pool stays open: it belongs to who made it.
   */
  @Override
  public Uni<Void> close() {
    closed = true;
    head.close(closed());
    return queue.close().chain(connection::close).chain(feed::close);
  }
}
