package dev.epoch.webhooks;

import dev.epoch.projections.ModelReads;
import dev.epoch.webhooks.message.Message;
import dev.epoch.webhooks.receiver.Outcome;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The tables of messages, deliveries and queues, as the sender and the projector use them: many
 * rows in one statement, in SQL. Methods wait for the database.
 */
final class StoredDeliveries {
  private static final StoredDelivery.Entries ENTRIES = new StoredDelivery.Entries();

  private static final String ADD_MESSAGE =
      """
      INSERT INTO epoch.webhook_messages (id, repository, position, type, branch, payload, created_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT DO NOTHING
      """;

  /**
   * Several messages to several webhooks. Locks the queues, also those that are due anyway: see
   * {@link #REST}.
   */
  private static final String ADD =
      """
      WITH given AS (
        SELECT *
        FROM unnest($3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
          AS m (id, repository, position, type, branch, payload, created_at)),
      wanting AS (
        SELECT id
        FROM epoch.webhooks
        WHERE id = ANY ($1)),
      queues AS (
        INSERT INTO epoch.webhook_queues AS q (webhook, branch, due_at)
        SELECT w.id, b.branch, $2
        FROM wanting AS w
        CROSS JOIN (SELECT DISTINCT branch FROM given) AS b
        ORDER BY w.id, b.branch
        ON CONFLICT (webhook, branch) DO UPDATE SET due_at = excluded.due_at
        WHERE q.due_at = 'infinity'),
      messages AS (
        INSERT INTO epoch.webhook_messages (id, repository, position, type, branch, payload, created_at)
        SELECT id, repository, position, type, branch, payload, created_at
        FROM given
        ORDER BY position
        ON CONFLICT DO NOTHING)
      INSERT INTO epoch.webhook_deliveries (webhook, message, position, branch, created_at)
      SELECT w.id, m.id, m.position, m.branch, $2
      FROM given AS m
      CROSS JOIN wanting AS w
      ORDER BY m.position, w.id
      ON CONFLICT (webhook, message) DO NOTHING
      """;

  private static final String ADD_AGAIN =
      ADD.replace(
          "(webhook, message) DO NOTHING",
          """
          (webhook, message) DO UPDATE
          SET state = 'pending', attempt = 0, next_attempt_at = NULL,
          response_status = NULL, latency_ms = NULL, error = NULL
          """);

  private static final String DUE =
      """
      SELECT webhook, branch, failing
      FROM (
        SELECT q.webhook, q.branch, q.due_at, w.failing_since IS NOT NULL AS failing,
          row_number() OVER (PARTITION BY q.webhook ORDER BY q.due_at, q.branch) AS place
        FROM epoch.webhook_queues AS q
        JOIN epoch.webhooks AS w ON w.id = q.webhook
        WHERE q.due_at <= $1 AND w.active AND q.webhook <> ALL ($2)) AS due
      WHERE place <= $3
      ORDER BY due_at
      """;

  /** The webhook if it is active, with as many as fit in so many characters, and the first one. */
  private static final String NEXT =
      """
      SELECT w.url, w.sealed_secrets, w.old_secret_until, w.failing_since,
        next.delivery, next.message, next.attempt, next.payload
      FROM epoch.webhooks AS w
      LEFT JOIN (
        SELECT d.id AS delivery, d.message, d.attempt, d.position, m.payload,
          sum(length(m.payload)) OVER (ORDER BY d.position, d.id) - length(m.payload) AS before
        FROM (
          SELECT *
          FROM epoch.webhook_deliveries
          WHERE webhook = $1 AND branch = $2 AND state IN ('pending', 'failed')
            AND EXISTS (
              SELECT FROM epoch.webhook_queues AS q
              WHERE q.webhook = $1 AND q.branch = $2 AND q.due_at <= $5)
          ORDER BY position, id
          LIMIT $3) AS d
        JOIN epoch.webhook_messages AS m ON m.id = d.message) AS next ON next.before < $4
      WHERE w.id = $1 AND w.active
      ORDER BY next.position, next.delivery
      """;

  private static final String ARRIVED =
      """
      UPDATE epoch.webhook_deliveries AS d
      SET state = 'delivered', attempt = d.attempt + 1, response_status = a.status,
        latency_ms = a.latency, error = NULL, next_attempt_at = NULL,
        attempts = d.attempts || a.entry::jsonb
      FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::text[])
        AS a (id, status, latency, entry)
      WHERE d.id = a.id
      """;

  private static final String FAILED =
      """
      UPDATE epoch.webhook_deliveries
      SET state = $2, attempt = attempt + 1, response_status = $3, latency_ms = $4, error = $5,
        next_attempt_at = $6, attempts = attempts || $7::text::jsonb
      WHERE id = $1
      """;

  private static final String POSTPONE =
      "UPDATE epoch.webhook_queues SET due_at = $3 WHERE webhook = $1 AND branch = $2";

  /** Locks the queue, so that it sees every delivery whose transaction has woken it. */
  private static final String REST = "SELECT epoch.webhook_queue_rests($1, $2)";

  private static final String AGAIN =
      """
      WITH again AS (
        UPDATE epoch.webhook_deliveries
        SET state = 'pending', attempt = 0, next_attempt_at = NULL
        WHERE webhook = $1 AND ($2::bigint IS NULL AND state = 'dead' OR id = $2) AND position > 0
        RETURNING branch),
      queues AS (
        INSERT INTO epoch.webhook_queues (webhook, branch, due_at)
        SELECT DISTINCT $1, branch, $3::timestamptz
        FROM again
        ON CONFLICT (webhook, branch) DO UPDATE SET due_at = excluded.due_at)
      SELECT count(*) AS count FROM again
      """;

  private static final String FORGET =
      """
      WITH old AS (
        DELETE FROM epoch.webhook_deliveries
        WHERE id IN (
          SELECT id
          FROM epoch.webhook_deliveries
          WHERE created_at < $1 AND state IN ('delivered', 'dead')
          LIMIT $2)
        RETURNING message)
      SELECT count(*) AS count FROM old
      """;

  private static final String FORGET_MESSAGES =
      """
      DELETE FROM epoch.webhook_messages AS m
      WHERE m.created_at < $1 AND NOT EXISTS (
        SELECT FROM epoch.webhook_deliveries AS d WHERE d.message = m.id)
      """;

  /** A queue: the messages of one branch to one webhook. */
  record Queue(String webhook, String branch) {}

  /**
   * A queue whose next attempt is due.
   *
   * @param failing whether no attempt of its webhook has worked since the last one that failed
   */
  record Due(Queue queue, boolean failing) {}

  /** What is to be sent next. */
  record Waiting(long id, String messageId, int attempt, String payload) {}

  /** The next ones of a queue, in order, and their webhook, which is active. */
  record Page(Target target, List<Waiting> waiting) {}

  /** What has arrived. */
  record Arrived(long id, Outcome outcome) {}

  private final Pool pool;

  StoredDeliveries(Pool pool) {
    this.pool = pool;
  }

  /** Puts messages, each of another event, into the queues of these webhooks, once each. */
  void add(List<Message> messages, List<String> webhooks, Instant now) {
    add(messages, webhooks, now, ADD);
  }

  /** Puts messages into the queues of the webhook, also those that have arrived or are dead. */
  void addAgain(List<Message> messages, String webhook, Instant now) {
    if (!messages.isEmpty()) {
      add(messages, List.of(webhook), now, ADD_AGAIN);
    }
  }

  private void add(List<Message> messages, List<String> webhooks, Instant now, String sql) {
    ask(
        sql,
        webhooks.toArray(String[]::new),
        time(now),
        messages.stream().map(Message::id).toArray(UUID[]::new),
        messages.stream().map(Message::repository).toArray(String[]::new),
        messages.stream().map(Message::position).toArray(Long[]::new),
        messages.stream().map(Message::type).toArray(String[]::new),
        messages.stream().map(Message::branch).toArray(String[]::new),
        messages.stream().map(Message::payload).toArray(String[]::new),
        messages.stream().map(message -> time(message.time())).toArray(OffsetDateTime[]::new));
  }

  private static Uni<RowSet<Row>> addMessage(SqlConnection transaction, Message message) {
    return run(
        transaction,
        ADD_MESSAGE,
        message.id(),
        message.repository(),
        message.position(),
        message.type(),
        message.branch(),
        message.payload(),
        time(message.time()));
  }

  /** Notes a test, which is tried once. */
  long addTest(Message message, String webhook, Outcome outcome) {
    return pool.withTransaction(transaction ->
            addMessage(transaction, message)
                .chain(() ->
                    run(
                        transaction,
                        """
                        INSERT INTO epoch.webhook_deliveries (
                          webhook, message, position, branch, created_at, state, attempt,
                          response_status, latency_ms, error, attempts)
                        VALUES ($1, $2, 0, '', $3, $4, 1, $5, $6, $7, $8::text::jsonb)
                        RETURNING id
                        """,
                        webhook,
                        message.id(),
                        time(outcome.at()),
                        outcome.worked() ? "delivered" : "dead",
                        outcome.status(),
                        outcome.latencyMs(),
                        outcome.error(),
                        entry(outcome)))
                .map(rows -> rows.iterator().next().getLong("id")))
        .await()
        .indefinitely();
  }

  /**
   * Queues that are due.
   *
   * @param except webhooks that are not asked about
   * @param most of each webhook
   */
  List<Due> due(Instant now, Collection<String> except, int most) {
    return stream(ask(DUE, time(now), except.toArray(String[]::new), (long) most))
        .map(row ->
            new Due(
                new Queue(row.getString("webhook"), row.getString("branch")),
                row.getBoolean("failing")))
        .toList();
  }

  /**
   * The next ones of a queue, at least one if there is any and the queue is due: it may have been
   * put off since it was found. Empty if the webhook is not active, or gone.
   */
  Optional<Page> next(Queue queue, int most, long characters, Instant now) {
    List<Row> rows =
        stream(ask(NEXT, queue.webhook(), queue.branch(), (long) most, characters, time(now)))
            .toList();
    return rows.stream()
        .findFirst()
        .map(first ->
            new Page(
                target(first),
                rows.stream()
                    .filter(row -> row.getLong("delivery") != null)
                    .map(StoredDeliveries::waiting)
                    .toList()));
  }

  private static Target target(Row row) {
    return new Target(
        row.getString("url"),
        row.getString("sealed_secrets"),
        instant(row, "old_secret_until"),
        instant(row, "failing_since") != null);
  }

  private static Waiting waiting(Row row) {
    return new Waiting(
        row.getLong("delivery"),
        row.getUUID("message").toString(),
        row.getInteger("attempt"),
        row.getString("payload"));
  }

  void arrived(List<Arrived> all) {
    if (all.isEmpty()) {
      return;
    }
    Long[] ids = all.stream().map(Arrived::id).toArray(Long[]::new);
    Integer[] statuses = all.stream().map(one -> one.outcome().status()).toArray(Integer[]::new);
    Integer[] times = all.stream().map(one -> one.outcome().latencyMs()).toArray(Integer[]::new);
    String[] entries = all.stream().map(one -> entry(one.outcome())).toArray(String[]::new);
    ask(ARRIVED, ids, statuses, times, entries);
  }

  /**
   * An attempt failed.
   *
   * @param next when it is tried again; empty if it is not
   */
  void failed(Queue queue, long id, Outcome outcome, Optional<Instant> next) {
    pool.withTransaction(transaction ->
            run(
                    transaction,
                    FAILED,
                    id,
                    next.isPresent() ? "failed" : "dead",
                    outcome.status(),
                    outcome.latencyMs(),
                    outcome.error(),
                    time(next.orElse(null)),
                    entry(outcome))
                .chain(() ->
                    next.isPresent()
                        ? run(
                            transaction,
                            POSTPONE,
                            queue.webhook(),
                            queue.branch(),
                            time(next.get()))
                        : Uni.createFrom().nullItem()))
        .await()
        .indefinitely();
  }

  /** Nothing waits in the queue, unless something was added meanwhile. */
  void rest(Queue queue) {
    ask(REST, queue.webhook(), queue.branch());
  }

  /**
   * Sends again, at once.
   *
   * @param id null for all that are dead
   * @return how many
   */
  long again(String webhook, Long id, Instant now) {
    return ask(AGAIN, webhook, id, time(now)).iterator().next().getLong("count");
  }

  /** Forgets what arrived or died before then, some of it; how many. */
  long forget(Instant before, int most) {
    long forgotten = ask(FORGET, time(before), (long) most).iterator().next().getLong("count");
    ask(FORGET_MESSAGES, time(before));
    return forgotten;
  }

  private RowSet<Row> ask(String sql, Object... values) {
    return ModelReads.orUnavailable(
            pool.preparedQuery(sql).execute(Tuple.from(Arrays.asList(values))))
        .await()
        .indefinitely();
  }

  private static Uni<RowSet<Row>> run(SqlConnection transaction, String sql, Object... values) {
    return transaction.preparedQuery(sql).execute(Tuple.from(Arrays.asList(values)));
  }

  private static Stream<Row> stream(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false);
  }

  private static OffsetDateTime time(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }

  private static Instant instant(Row row, String column) {
    OffsetDateTime time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  /** A list of one attempt, as JSON. */
  private static String entry(Outcome outcome) {
    return ENTRIES.convertToDatabaseColumn(
        List.of(
            new Delivery.Attempt(
                outcome.at(), outcome.status(), outcome.latencyMs(), outcome.error())));
  }
}
