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
   * @param administrator whether it may do everything, whatever roles say
   * @param prefix how it begins; null if that is not known
   * @param scopes verbs that it is for
   * @param expiresAt null for never
   * @param lastUsedAt null for never
   * @param source {@code created} or {@code settings}
   */
  public record ApiKey(
      String name,
      String createdAt,
      String createdBy,
      boolean actsForOthers,
      boolean administrator,
      String prefix,
      List<String> scopes,
      String expiresAt,
      String lastUsedAt,
      String source,
      JsonNode json)
      implements Received {

    static ApiKey of(JsonNode json) {
      return new ApiKey(
          json.path("name").asText(),
          Json.text(json, "created_at"),
          Json.text(json, "created_by"),
          json.path("acts_for_others").asBoolean(),
          json.path("administrator").asBoolean(),
          Json.text(json, "prefix"),
          Json.items(json, "scopes").stream().map(JsonNode::asText).toList(),
          Json.text(json, "expires_at"),
          Json.text(json, "last_used_at"),
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
   * @param user whose rights count
   */
  public record Identity(String key, String user, JsonNode json) implements Received {}

  /** Who asks. */
  public Identity whoAmI() {
    JsonNode answer = scope.send(Call.get("auth", "whoami"));
    return new Identity(Json.text(answer, "key"), Json.text(answer, "user"), answer);
  }

  /**
   * A key to be.
   *
   * @param actsForOthers whether requests with it may name who they are for
   * @param administrator whether it may do everything, whatever roles say
   * @param scopes verbs that it is for; empty for those of the key that makes it
   * @param ttl after which it expires; null for never
   */
  public record NewKey(
      String name, boolean actsForOthers, boolean administrator, List<String> scopes, String ttl) {}

  /** Makes a key; nobody can be told it again. */
  public Created create(NewKey wanted) {
    ObjectNode body = Json.object().put("name", wanted.name());
    if (wanted.actsForOthers()) {
      body.put("acts_for_others", true);
    }
    if (wanted.administrator()) {
      body.put("administrator", true);
    }
    if (!wanted.scopes().isEmpty()) {
      wanted.scopes().forEach(body.putArray("scopes")::add);
    }
    if (wanted.ttl() != null) {
      body.put("ttl", wanted.ttl());
    }
    return created(Call.post("auth", "keys").body(body));
  }

  /** Gives a key another secret; the former one is not accepted any more when this returns. */
  public Created rotate(String name) {
    return created(Call.post("auth", "keys", name, "rotate"));
  }

  private Created created(Call call) {
    JsonNode answer = scope.send(call);
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
