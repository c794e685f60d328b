package dev.epoch.projections.history;

import dev.epoch.events.Actor;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A commit.
 *
 * @param position of the record that made it
 * @param id SHA-256
 * @param parents ids, without that of the hidden root
 * @param parentPositions of all parents; empty for the hidden root
 * @param history how many commits it reaches, itself included, without the hidden root
 * @param committer who asked for it
 * @param changes against the first parent, by name of the table
 * @param tableCount tables that it holds
 * @param recordCount records that they hold
 */
public record CommitRow(
    long position,
    String id,
    List<String> parents,
    List<Long> parentPositions,
    long history,
    String authorName,
    String authorEmail,
    Actor committer,
    String message,
    Instant committedAt,
    List<TableChange> changes,
    int tableCount,
    long recordCount) {

  /** What {@link #of} reads, of a row called {@code c}. */
  static final String COLUMNS =
      "c.position, c.commit_id, c.parents, c.parent_positions, c.history, c.author_name,"
          + " c.author_email, c.message, c.committed_at, c.changes, c.table_count, c.record_count,"
          + " c.committer_id, c.committer_name, c.committer_email";

  /** The empty commit under every history; logs do not show it. */
  public boolean root() {
    return parentPositions.isEmpty();
  }

  static CommitRow of(Row row) {
    JsonArray changes = row.getJsonArray("changes");
    List<TableChange> tables = new ArrayList<>(changes.size());
    for (Object change : changes) {
      tables.add(TableChange.of((JsonObject) change));
    }
    return new CommitRow(
        row.getLong("position"),
        row.getString("commit_id"),
        List.of(row.getArrayOfStrings("parents")),
        List.of(row.getArrayOfLongs("parent_positions")),
        row.getLong("history"),
        row.getString("author_name"),
        row.getString("author_email"),
        new Actor(
            row.getString("committer_id"),
            row.getString("committer_name"),
            row.getString("committer_email")),
        row.getString("message"),
        row.getOffsetDateTime("committed_at").toInstant(),
        tables,
        row.getInteger("table_count"),
        row.getLong("record_count"));
  }
}
