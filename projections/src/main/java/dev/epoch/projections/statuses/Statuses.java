package dev.epoch.projections.statuses;

import dev.epoch.projections.ModelReads;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** Reads what was said about commits. */
public final class Statuses {
  private static final String ALL =
      """
      SELECT *
      FROM epoch_read.commit_statuses
      WHERE repository = $1 AND commit_id = $2 AND ($3::text IS NULL OR context = $3)
      ORDER BY position DESC
      LIMIT $4
      """;

  private static final String LATEST =
      """
      SELECT * FROM (
        SELECT DISTINCT ON (context) *
        FROM epoch_read.commit_statuses
        WHERE repository = $1 AND commit_id = $2 AND ($3::text IS NULL OR context = $3)
        ORDER BY context, position DESC
      ) AS s
      ORDER BY position DESC
      LIMIT $4
      """;

  private final Pool pool;

  public Statuses(Pool pool) {
    this.pool = Objects.requireNonNull(pool, "pool");
  }

  /**
   * What somebody said about a commit.
   *
   * @param position in the log
   * @param context who says it, and about what
   * @param state pending, success, failure
   * @param description for people, or null
   * @param targetUrl where there is more, or null
   */
  public record Status(
      long position,
      String commit,
      String context,
      String state,
      String description,
      String targetUrl,
      String actorId,
      String actorName,
      Instant time) {}

  /**
   * Statuses of a commit, the latest first.
   *
   * @param context only of this one, or null
   * @param all also those that others of their context have followed
   */
  public Uni<List<Status>> of(
      String repository, String commit, String context, boolean all, int limit) {
    return ModelReads.orUnavailable(
            pool.preparedQuery(all ? ALL : LATEST)
                .execute(Tuple.of(repository, commit, context, limit)))
        .map(
            rows -> StreamSupport.stream(rows.spliterator(), false).map(Statuses::status).toList());
  }

  private static Status status(Row row) {
    return new Status(
        row.getLong("position"),
        row.getString("commit_id"),
        row.getString("context"),
        row.getString("state"),
        row.getString("description"),
        row.getString("target_url"),
        row.getString("actor_id"),
        row.getString("actor_name"),
        row.getOffsetDateTime("set_at").toInstant());
  }
}
