package dev.epoch.projections.history;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;

/**
 * A branch.
 *
 * @param id never used again
 * @param name now
 * @param head position of the commit that it stands at
 * @param headId id of that commit, null for the hidden root
 * @param isDefault whether its rows are the live tables
 * @param createdAt when
 * @param merging whether a merge waits on it
 */
public record BranchRow(
    String id,
    String name,
    long head,
    String headId,
    boolean isDefault,
    Instant createdAt,
    boolean merging) {

  /** What {@link #of} reads, of a branch called {@code b} and its commit {@code c}. */
  static final String COLUMNS =
      "b.branch_id, b.name, b.head, b.is_default, b.created_at, b.merge_id,"
          + " CASE WHEN c.generation > 0 THEN c.commit_id END AS head_id";

  static BranchRow of(Row row) {
    return new BranchRow(
        row.getString("branch_id"),
        row.getString("name"),
        row.getLong("head"),
        row.getString("head_id"),
        row.getBoolean("is_default"),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getString("merge_id") != null);
  }
}
