package dev.epoch.webhooks;

import dev.epoch.projections.ModelReads;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.StreamSupport;

/** The table of hooks. Methods wait for the database; not for an event loop. */
final class StoredHooks {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private static final String OF_REPOSITORY =
      """
      SELECT * FROM epoch.hooks
      WHERE repository = $1 AND created_at >= $2
      ORDER BY created_at, name
      """;

  private static final String INSERT =
      """
      WITH former AS (DELETE FROM epoch.hooks WHERE repository = $1 AND created_at < $12)
      INSERT INTO epoch.hooks (
        repository, name, event, url, branches, timeout_ms, fail_open, active, sealed_secrets,
        created_at, created_by)
      SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
      ON CONFLICT (repository, name) DO NOTHING
      """;

  private static final String UPDATE =
      """
      UPDATE epoch.hooks
      SET url = $3, branches = $4, timeout_ms = $5, fail_open = $6, active = $7
      WHERE repository = $1 AND name = $2
      """;

  private static final String DELETE =
      "DELETE FROM epoch.hooks WHERE repository = $1 AND name = $2";

  record Stored(Hook hook, String sealedSecrets) {}

  private final Pool pool;

  StoredHooks(Pool pool) {
    this.pool = pool;
  }

  /**
   * In the order in which they are asked.
   *
   * @param since when the repository was created
   */
  List<Stored> of(String repository, Instant since) {
    RowSet<Row> rows = run(OF_REPOSITORY, repository, time(since));
    return StreamSupport.stream(rows.spliterator(), false).map(StoredHooks::stored).toList();
  }

  /**
   * @param since when the repository was created: hooks of a former one of its name go
   * @return whether the name was free
   */
  boolean insert(Hook hook, String sealedSecrets, Instant since) {
    return run(
                INSERT,
                hook.repository(),
                hook.name(),
                hook.event(),
                hook.url(),
                hook.branches().toArray(String[]::new),
                (int) hook.timeout().toMillis(),
                hook.failOpen(),
                hook.active(),
                sealedSecrets,
                time(hook.createdAt()),
                hook.createdBy(),
                time(since))
            .rowCount()
        > 0;
  }

  void update(Hook hook) {
    run(
        UPDATE,
        hook.repository(),
        hook.name(),
        hook.url(),
        hook.branches().toArray(String[]::new),
        (int) hook.timeout().toMillis(),
        hook.failOpen(),
        hook.active());
  }

  boolean delete(String repository, String name) {
    return run(DELETE, repository, name).rowCount() > 0;
  }

  private RowSet<Row> run(String sql, Object... values) {
    return ModelReads.orUnavailable(pool.preparedQuery(sql).execute(Tuple.from(values)))
        .await()
        .atMost(LONGEST);
  }

  private static OffsetDateTime time(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  private static Stored stored(Row row) {
    return new Stored(
        new Hook(
            row.getString("repository"),
            row.getString("name"),
            row.getString("event"),
            row.getString("url"),
            List.of(row.getArrayOfStrings("branches")),
            Duration.ofMillis(row.getInteger("timeout_ms")),
            row.getBoolean("fail_open"),
            row.getBoolean("active"),
            row.getOffsetDateTime("created_at").toInstant(),
            row.getString("created_by")),
        row.getString("sealed_secrets"));
  }
}
