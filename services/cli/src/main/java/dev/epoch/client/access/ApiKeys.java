package dev.epoch.client.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/** Makes, lists and revokes keys of the API. */
public final class ApiKeys {

  private final Scope scope;

  public ApiKeys(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * A key, without what clients send.
   *
   * @param createdAt null for the key of the server's settings
   * @param createdBy likewise
   * @param actsForOthers whether requests with it may name who they are for
   * @param source {@code created} or {@code settings}
   */
  public record ApiKey(
      String name,
      String createdAt,
      String createdBy,
      boolean actsForOthers,
      String source,
      JsonNode json)
      implements Received {

    static ApiKey of(JsonNode json) {
      return new ApiKey(
          json.path("name").asText(),
          Json.text(json, "created_at"),
          Json.text(json, "created_by"),
          json.path("acts_for_others").asBoolean(),
          json.path("source").asText(),
          json);
    }
  }

  /** All keys, as one answer. */
  public record Listing(List<ApiKey> keys, JsonNode json) implements Received {}

  /**
   * A new key.
   *
   * @param key what clients send
   */
  public record Created(String name, String key, JsonNode json) implements Received {
    /** Shows no key. */
    @Override
    public String toString() {
      return "Created[" + name + "]";
    }
  }

  /**
   * Who asks, as the server sees it.
   *
   * @param key name of the key that was sent, or null
   */
  public record Identity(String key, JsonNode json) implements Received {}

  /** Who asks. */
  public Identity whoAmI() {
    JsonNode answer = scope.send(Call.get("auth", "whoami"));
    return new Identity(Json.text(answer, "key"), answer);
  }

  /**
   * Makes a key; nobody can be told it again.
   *
   * @param actsForOthers whether requests with it may name who they are for
   */
  public Created create(String name, boolean actsForOthers) {
    ObjectNode body = Json.object().put("name", name);
    if (actsForOthers) {
      body.put("acts_for_others", true);
    }
    JsonNode answer = scope.send(Call.post("auth", "keys").body(body));
    return new Created(answer.path("name").asText(), answer.path("key").asText(), answer);
  }

  /** Those that are accepted. */
  public Listing list() {
    JsonNode answer = scope.send(Call.get("auth", "keys"));
    return new Listing(Json.items(answer, "keys").stream().map(ApiKey::of).toList(), answer);
  }

  /** No request with the key is answered any more when this returns. */
  public void revoke(String name) {
    scope.send(Call.delete("auth", "keys", name));
  }
}
