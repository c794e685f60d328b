package dev.epoch.client.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;

/**
 * An event of the log.
 *
 * @param position place in the log, in the server's own form
 * @param branch null where the event is about no branch
 * @param actor who caused it, as text; empty where unknown
 * @param time ISO 8601
 */
public record Event(
    String position,
    String id,
    String type,
    String repository,
    String branch,
    String actor,
    String time,
    JsonNode data,
    JsonNode json)
    implements Received {

  static Event of(JsonNode json) {
    return new Event(
        json.path("position").asText(),
        json.path("id").asText(),
        json.path("type").asText(),
        Json.text(json, "repository"),
        Json.text(json, "branch"),
        actor(json.path("actor")),
        json.path("time").asText(),
        json.path("data"),
        json);
  }

  private static String actor(JsonNode actor) {
    if (!actor.isObject()) {
      return actor.isNull() ? "" : actor.asText();
    }
    for (String field : List.of("name", "email", "id")) {
      if (Json.text(actor, field) != null) {
        return actor.path(field).asText();
      }
    }
    return "";
  }

  /**
   * One page of events in log order.
   *
   * @param next position from which to read on, or null at the end
   */
  public record Page(List<Event> events, String next, JsonNode json) implements Received {

    static Page of(JsonNode json) {
      return new Page(
          Json.items(json, "events").stream().map(Event::of).toList(),
          Json.text(json, "next"),
          json);
    }
  }
}
