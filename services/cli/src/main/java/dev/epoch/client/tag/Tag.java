package dev.epoch.client.tag;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;

/**
 * A tag.
 *
 * @param message null without one
 * @param createdAt ISO 8601, or null
 */
public record Tag(
    String name,
    String commitId,
    String message,
    String authorName,
    String authorEmail,
    String createdAt,
    JsonNode json)
    implements Received {

  static Tag of(JsonNode json) {
    return new Tag(
        json.path("name").asText(),
        json.path("commit_id").asText(),
        Json.text(json, "message"),
        json.path("author_name").asText(),
        json.path("author_email").asText(),
        Json.text(json, "created_at"),
        json);
  }

  /** Tags, as one answer. */
  public record Listing(List<Tag> tags, JsonNode json) implements Received {

    static Listing of(JsonNode json) {
      return new Listing(Json.items(json, "tags").stream().map(Tag::of).toList(), json);
    }
  }
}
