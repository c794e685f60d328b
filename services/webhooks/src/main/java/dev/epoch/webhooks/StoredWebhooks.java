package dev.epoch.webhooks;

import dev.epoch.log.EventLog;
import dev.epoch.projections.ModelReads;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The table of subscriptions. Methods wait for the database; not for an event loop. */
final class StoredWebhooks {
  static final String COLUMNS =
      """
      w.id, w.repository, w.url, w.events, w.branches, w.tables, w.description, w.active,
      w.disabled_reason, w.failing_since, w.old_secret_until, w.created_at, w.created_by,
      w.sealed_secrets, w.after_position, w.request_key, w.rotation_key
      """;

  private static final String OF_REPOSITORY =
      "SELECT "
          + COLUMNS
          + "FROM epoch.webhooks AS w WHERE w.repository = $1 ORDER BY w.created_at, w.id";

  private static final String ONE =
      "SELECT " + COLUMNS + "FROM epoch.webhooks AS w WHERE w.repository = $1 AND w.id = $2";

  private static final String BY_REQUEST =
      "SELECT "
          + COLUMNS
          + "FROM epoch.webhooks AS w WHERE w.repository = $1 AND w.request_key = $2";

  private static final String ACTIVE =
      "SELECT " + COLUMNS + "FROM epoch.webhooks AS w WHERE w.active";

  private static final String INSERT =
      """
      INSERT INTO epoch.webhooks (
        id, repository, url, events, branches, tables, description, active, sealed_secrets,
        request_key, created_at, created_by, after_position)
      SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
        $14
      WHERE (SELECT count(*) FROM epoch.webhooks WHERE repository = $2) < $13
      ON CONFLICT (repository, request_key) DO NOTHING
      """;

  private static final String UPDATE =
      """
      UPDATE epoch.webhooks
      SET url = $3, events = $4, branches = $5, tables = $6, description = $7, active = $8,
        disabled_reason = CASE WHEN $8 THEN NULL ELSE disabled_reason END,
        failing_since = CASE WHEN $8 AND NOT active THEN NULL ELSE failing_since END
      WHERE repository = $1 AND id = $2
      """;

  private static final String ROTATE =
      """
      UPDATE epoch.webhooks
      SET sealed_secrets = $3, old_secret_until = $4, rotation_key = $5
      WHERE repository = $1 AND id = $2 AND sealed_secrets = $6
      """;

  private static final String DISABLE =
      """
      UPDATE epoch.webhooks
      SET active = false, disabled_reason = $2
      WHERE id = $1 AND active
      """;

  private static final String DISABLE_ALL =
      """
      UPDATE epoch.webhooks
      SET active = false, disabled_reason = $2
      WHERE repository = $1 AND active AND after_position < $3
      """;

  /**
   * As it is stored.
   *
   * @param afterPosition of the log when it was created
   */
  record Stored(
      Webhook webhook,
      String sealedSecrets,
      long afterPosition,
      String requestKey,
      String rotationKey) {}

  private final Pool pool;
  private final EventLog log;

  StoredWebhooks(Pool pool, EventLog log) {
    this.pool = pool;
    this.log = log;
  }

  List<Stored> ofRepository(String repository) {
    return list(run(OF_REPOSITORY, repository));
  }

  Optional<Stored> get(String repository, String id) {
    return list(run(ONE, repository, id)).stream().findFirst();
  }

  Optional<Stored> byRequest(String repository, String key) {
    return list(run(BY_REQUEST, repository, key)).stream().findFirst();
  }

  /** Those that are active now; read only if they are not the known ones. */
  ActiveWebhooks active(ActiveWebhooks known) {
    // in this order: what changes in between is looked at with events of later
    long upTo = end();
    long version =
        run("SELECT version FROM epoch.webhooks_version").iterator().next().getLong("version");
    return version == known.version()
        ? known.goodUpTo(upTo)
        : new ActiveWebhooks(upTo, version, list(run(ACTIVE)));
  }

  private long end() {
    return ModelReads.orUnavailable(log.end()).await().indefinitely();
  }

  /** Whether there is anybody to send to. */
  boolean anyActive() {
    return run("SELECT EXISTS (SELECT FROM epoch.webhooks WHERE active) AS wanted")
        .iterator()
        .next()
        .getBoolean("wanted");
  }

  /** Whether there was room for it, and no other one of the same request. */
  boolean insert(Webhook webhook, String sealedSecrets, String requestKey, int most) {
    return run(
                INSERT,
                webhook.id(),
                webhook.repository(),
                webhook.url(),
                array(webhook.events()),
                array(webhook.branches()),
                array(webhook.tables()),
                webhook.description(),
                webhook.active(),
                sealedSecrets,
                requestKey,
                time(webhook.createdAt()),
                webhook.createdBy(),
                (long) most,
                end())
            .rowCount()
        > 0;
  }

  /** Whether it is there. */
  boolean update(Webhook webhook) {
    return run(
                UPDATE,
                webhook.repository(),
                webhook.id(),
                webhook.url(),
                array(webhook.events()),
                array(webhook.branches()),
                array(webhook.tables()),
                webhook.description(),
                webhook.active())
            .rowCount()
        > 0;
  }

  /** Whether the secrets were still those that were read. */
  boolean rotate(Stored before, String sealedSecrets, Instant oldUntil, String rotationKey) {
    return run(
                ROTATE,
                before.webhook().repository(),
                before.webhook().id(),
                sealedSecrets,
                time(oldUntil),
                rotationKey,
                before.sealedSecrets())
            .rowCount()
        > 0;
  }

  boolean delete(String repository, String id) {
    return run("DELETE FROM epoch.webhooks WHERE repository = $1 AND id = $2", repository, id)
            .rowCount()
        > 0;
  }

  /** Stops sending; whether it was active. */
  boolean disable(String id, String reason) {
    return run(DISABLE, id, reason).rowCount() > 0;
  }

  /** Stops sending to those of the repository that were created before the position. */
  void disableAll(String repository, String reason, long position) {
    run(DISABLE_ALL, repository, reason, position);
  }

  /** An attempt worked. */
  void works(String id) {
    run("UPDATE epoch.webhooks SET failing_since = NULL WHERE id = $1", id);
  }

  /** An attempt failed; since when all do. */
  Instant fails(String id, Instant now) {
    RowSet<Row> rows =
        run(
            """
            UPDATE epoch.webhooks
            SET failing_since = coalesce(failing_since, $2)
            WHERE id = $1
            RETURNING failing_since
            """,
            id,
            time(now));
    return rows.size() == 0 ? now : instant(rows.iterator().next(), "failing_since");
  }

  private RowSet<Row> run(String sql, Object... values) {
    return ModelReads.orUnavailable(
            pool.preparedQuery(sql).execute(Tuple.from(Arrays.asList(values))))
        .await()
        .indefinitely();
  }

  private static List<Stored> list(RowSet<Row> rows) {
    return stream(rows).map(StoredWebhooks::stored).toList();
  }

  static Stream<Row> stream(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false);
  }

  static Stored stored(Row row) {
    return new Stored(
        new Webhook(
            row.getString("id"),
            row.getString("repository"),
            row.getString("url"),
            List.of(row.getArrayOfStrings("events")),
            List.of(row.getArrayOfStrings("branches")),
            List.of(row.getArrayOfStrings("tables")),
            row.getString("description"),
            row.getBoolean("active"),
            row.getString("disabled_reason"),
            instant(row, "failing_since"),
            instant(row, "old_secret_until"),
            instant(row, "created_at"),
            row.getString("created_by")),
        row.getString("sealed_secrets"),
        row.getLong("after_position"),
        row.getString("request_key"),
        row.getString("rotation_key"));
  }

  static String[] array(List<String> texts) {
    return texts.toArray(String[]::new);
  }

  static OffsetDateTime time(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }

  static Instant instant(Row row, String column) {
    OffsetDateTime time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }
}
