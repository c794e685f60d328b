package dev.epoch.client.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;

/**
 * A repository of the server.
 *
 * @param id that no other repository has had, also one of the same name; null of older servers
 */
public record Repository(
    String name, String id, String defaultBranch, String description, JsonNode json)
    implements Received {

  static Repository of(JsonNode json) {
    return new Repository(
        json.path("name").asText(),
        Json.text(json, "id"),
        json.path("default_branch").asText("main"),
        Json.text(json, "description"),
        json);
  }

  /** All repositories, as one answer. */
  public record Listing(List<Repository> repositories, JsonNode json) implements Received {

    static Listing of(JsonNode json) {
      return new Listing(
          Json.items(json, "repositories").stream().map(Repository::of).toList(), json);
    }
  }
}
