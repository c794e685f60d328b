package dev.epoch.projections.reflog;

import dev.epoch.projections.ModelReads;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** Reads the moves of branches' heads. Blocks; not for an event loop. */
public final class Reflog {
  private static final String OF_REPOSITORY =
      """
      SELECT r.*, b.name, b.own_sequences, b.schema_only
      FROM epoch_read.reflog AS r JOIN epoch_read.reflog_branches AS b USING (repository, branch_id)
      WHERE r.repository = $1 AND r.position < $2
      ORDER BY r.position DESC
      LIMIT $3
      """;

  private static final String OF_BRANCHES =
      """
      SELECT r.*, b.name, b.own_sequences, b.schema_only
      FROM epoch_read.reflog AS r JOIN epoch_read.reflog_branches AS b USING (repository, branch_id)
      WHERE r.repository = $1 AND r.position < $2 AND r.branch_id = ANY($4)
      ORDER BY r.position DESC
      LIMIT $3
      """;

  private static final String NAMED =
      """
      SELECT branch_id
      FROM epoch_read.reflog_branches
      WHERE repository = $1 AND name = $2
      """;

  private final Pool pool;

  public Reflog(Pool pool) {
    this.pool = Objects.requireNonNull(pool, "pool");
  }

  /**
   * A move.
   *
   * @param position in the log
   * @param branch last name of the branch
   * @param command that moved it: commit, merge, revert, cherry-pick, rebase (pick), fast_forward,
   *     branch create ...
   * @param from null where the branch begins
   * @param to null where it ends
   * @param message of the commit; start point of a new branch; null otherwise
   * @param ownSequences whether the branch has sequences of its own
   * @param schemaOnly whether the branch versions schemas and no rows
   */
  public record Entry(
      long position,
      String branch,
      String command,
      String from,
      String to,
      String message,
      String actorId,
      String actorName,
      String actorEmail,
      Instant time,
      boolean ownSequences,
      boolean schemaOnly) {}

  /** Ids of the branches that have this name, or had it when they were deleted. */
  public List<String> branches(String repository, String name, Duration atMost) {
    return rows(NAMED, Tuple.of(repository, name), atMost).stream()
        .map(row -> row.getString("branch_id"))
        .toList();
  }

  /**
   * Moves, the latest first.
   *
   * @param branches ids of the branches, null for all
   * @param before position of the last entry of the page before, {@link Long#MAX_VALUE} for the
   *     first page
   */
  public List<Entry> entries(
      String repository, List<String> branches, long before, int limit, Duration atMost) {
    Tuple values = Tuple.of(repository, before, (long) limit);
    if (branches != null) {
      values.addValue(branches.toArray(String[]::new));
    }
    return rows(branches == null ? OF_REPOSITORY : OF_BRANCHES, values, atMost).stream()
        .map(Reflog::entry)
        .toList();
  }

  private List<Row> rows(String sql, Tuple values, Duration atMost) {
    return StreamSupport.stream(
            ModelReads.orUnavailable(pool.preparedQuery(sql).execute(values))
                .await()
                .atMost(atMost)
                .spliterator(),
            false)
        .toList();
  }

  private static Entry entry(Row row) {
    return new Entry(
        row.getLong("position"),
        row.getString("name"),
        row.getString("command"),
        row.getString("from_commit"),
        row.getString("to_commit"),
        row.getString("message"),
        row.getString("actor_id"),
        row.getString("actor_name"),
        row.getString("actor_email"),
        row.getOffsetDateTime("moved_at").toInstant(),
        row.getBoolean("own_sequences"),
        row.getBoolean("schema_only"));
  }
}
