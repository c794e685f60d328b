package dev.epoch.client.branch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;

/** Moves of branches' heads, the latest first, as one answer. */
public record Reflog(List<Entry> entries, String next, JsonNode json) implements Received {

  static Reflog of(JsonNode json) {
    return new Reflog(
        Json.items(json, "entries").stream().map(Entry::of).toList(),
        Json.text(json, "next"),
        json);
  }

  /**
   * One move.
   *
   * @param from null where the branch begins
   * @param to null where it ends
   * @param message null without one
   */
  public record Entry(
      String branch,
      String command,
      String from,
      String to,
      String message,
      String actor,
      String time,
      JsonNode json) {

    static Entry of(JsonNode json) {
      return new Entry(
          json.path("branch").asText(),
          json.path("command").asText(),
          Json.text(json, "from"),
          Json.text(json, "to"),
          Json.text(json, "message"),
          json.path("actor").path("name").asText(),
          json.path("time").asText(),
          json);
    }
  }
}
