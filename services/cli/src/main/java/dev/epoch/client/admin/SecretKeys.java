package dev.epoch.client.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The keys that seal the secrets of storages, webhooks and hooks. */
public final class SecretKeys {

  private final Scope scope;

  public SecretKeys(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * A key, without the key itself.
   *
   * @param primary whether it seals; the others only open
   * @param secrets how many of what is stored it has sealed
   */
  public record Key(String id, boolean primary, long secrets) {

    static Key of(JsonNode json) {
      return new Key(
          json.path("id").asText(),
          json.path("primary").asBoolean(),
          json.path("secrets").asLong());
    }
  }

  /**
   * All keys.
   *
   * @param unreadable whose secrets none of them opens
   */
  public record Listing(List<Key> keys, List<String> unreadable, JsonNode json)
      implements Received {}

  /**
   * What a new key has brought.
   *
   * @param key its id
   * @param resealed how many secrets it has sealed anew, by kind of what they belong to
   * @param unreadable whose secrets no key opens
   */
  public record Rotated(
      String key, Map<String, Integer> resealed, List<String> unreadable, JsonNode json)
      implements Received {}

  /** In the order in which they came. */
  public Listing list() {
    JsonNode answer = scope.send(Call.get("admin", "keys"));
    return new Listing(
        Json.items(answer, "keys").stream().map(Key::of).toList(), unreadable(answer), answer);
  }

  /** Makes a new key and seals with it what is stored. */
  public Rotated rotate() {
    JsonNode answer = scope.send(Call.post("admin", "keys", "rotate").asLongAsItTakes());
    Map<String, Integer> resealed = new LinkedHashMap<>();
    answer
        .path("resealed")
        .properties()
        .forEach(kind -> resealed.put(kind.getKey(), kind.getValue().asInt()));
    return new Rotated(answer.path("key").asText(), resealed, unreadable(answer), answer);
  }

  private static List<String> unreadable(JsonNode answer) {
    return Json.items(answer, "unreadable").stream().map(JsonNode::asText).toList();
  }
}
