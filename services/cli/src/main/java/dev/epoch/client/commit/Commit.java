package dev.epoch.client.commit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;
import java.util.Objects;

/**
 * A commit.
 *
 * @param committerName who asked for it; null if the server does not tell
 * @param committerEmail null if there is none
 * @param createdAt ISO 8601
 * @param parents ids, the first one is the line that was merged into
 */
public record Commit(
    String id,
    String message,
    String authorName,
    String authorEmail,
    String committerName,
    String committerEmail,
    String createdAt,
    List<String> parents,
    List<TableChange> tables,
    long inserted,
    long updated,
    long deleted,
    JsonNode json)
    implements Received {

  /** How many characters of an id are shown. */
  public static final int SHORT_ID = 7;

  /** Checks that there is an id. */
  public Commit {
    Objects.requireNonNull(id, "id");
    parents = List.copyOf(parents);
    tables = List.copyOf(tables);
  }

  public static Commit of(JsonNode json) {
    List<TableChange> tables = TableChange.list(json, "tables");
    JsonNode stats = json.path("stats");
    return new Commit(
        json.path("id").asText(),
        json.path("message").asText(),
        json.path("author_name").asText(),
        json.path("author_email").asText(),
        Json.text(json, "committer_name"),
        Json.text(json, "committer_email"),
        json.path("created_at").asText(),
        Json.items(json.path("parents"), "parents").stream().map(JsonNode::asText).toList(),
        tables,
        stats.path("inserted").asLong(tables.stream().mapToLong(TableChange::inserted).sum()),
        stats.path("updated").asLong(tables.stream().mapToLong(TableChange::updated).sum()),
        stats.path("deleted").asLong(tables.stream().mapToLong(TableChange::deleted).sum()),
        json);
  }

  /** The first characters of the id. */
  public String shortId() {
    return shortId(id);
  }

  /** The first characters of any id; an empty text for null. */
  public static String shortId(String id) {
    if (id == null) {
      return "";
    }
    return id.length() > SHORT_ID ? id.substring(0, SHORT_ID) : id;
  }

  /** Records changed in any way. */
  public long records() {
    return inserted + updated + deleted;
  }

  /** A stretch of the history, as one answer. */
  public record Page(List<Commit> commits, long total, boolean hasMore, JsonNode json)
      implements Received {

    public static Page of(JsonNode json) {
      List<Commit> commits = Json.items(json, "commits").stream().map(Commit::of).toList();
      return new Page(
          commits,
          json.path("total").asLong(commits.size()),
          json.path("has_more").asBoolean(false),
          json);
    }
  }
}
