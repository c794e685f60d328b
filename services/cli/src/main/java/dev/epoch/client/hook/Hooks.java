package dev.epoch.client.hook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/** Who is asked over HTTP before a change is made, and may forbid it. */
public final class Hooks {
  private static final String PATH = "hooks";

  private final Scope scope;

  public Hooks(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * A hook.
   *
   * @param event pre-commit, pre-merge, pre-promotion, pre-branch-delete
   * @param branches patterns; empty for all
   * @param timeout such as {@code 3s}
   * @param onFailure closed or open
   * @param secret null but in the answer to its creation
   */
  public record Hook(
      String name,
      String event,
      String url,
      List<String> branches,
      String timeout,
      String onFailure,
      boolean active,
      String secret,
      JsonNode json)
      implements Received {

    static Hook of(JsonNode json) {
      return new Hook(
          json.path("name").asText(),
          json.path("event").asText(),
          json.path("url").asText(),
          Json.items(json, "branches").stream().map(JsonNode::asText).toList(),
          json.path("timeout").asText(),
          json.path("on_failure").asText(),
          json.path("active").asBoolean(),
          Json.text(json, "secret"),
          json);
    }
  }

  /** All hooks, as one answer. */
  public record Listing(List<Hook> hooks, JsonNode json) implements Received {}

  /**
   * What a hook said to a test.
   *
   * @param allow null if it could not be asked
   * @param message to the user, or why it could not be asked; null for none
   */
  public record Said(Boolean allow, String message, long latencyMs, JsonNode json)
      implements Received {}

  /** All hooks, in the order in which they are asked. */
  public Listing list() {
    JsonNode json = scope.send(scope.get(PATH));
    return new Listing(Json.items(json, PATH).stream().map(Hook::of).toList(), json);
  }

  /**
   * Adds a hook.
   *
   * @param fields as {@code POST /hooks} has them
   */
  public Hook add(ObjectNode fields) {
    return Hook.of(scope.send(scope.post(PATH).body(fields)));
  }

  public void remove(String name) {
    scope.send(scope.delete(PATH, name));
  }

  /** Asks a hook about nothing. */
  public Said test(String name) {
    JsonNode json = scope.send(scope.post(PATH, name, "test"));
    JsonNode allow = json.path("allow");
    return new Said(
        allow.isBoolean() ? allow.booleanValue() : null,
        Json.text(json, "message"),
        json.path("latency_ms").asLong(),
        json);
  }
}
