package dev.epoch.client.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.Objects;

/** Registers storage backends and tells about them. */
public final class StorageBackends {

  private final Scope scope;

  public StorageBackends(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * A storage backend to register.
   *
   * @param config settings of the backend
   * @param description may be null
   */
  public record Draft(
      String name, String backend, ObjectNode config, String description, boolean isDefault) {

    /** Checks what must be there. */
    public Draft {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(backend, "backend");
      Objects.requireNonNull(config, "config");
    }
  }

  /** Registers a storage backend. */
  public JsonNode add(Draft draft) {
    ObjectNode body = Json.object().put("name", draft.name()).put("backend", draft.backend());
    body.set("config", draft.config());
    if (draft.description() != null) {
      body.put("description", draft.description());
    }
    if (draft.isDefault()) {
      body.put("default", true);
    }
    return scope.send(scope.post("storage").body(body));
  }

  /** All storage backends. */
  public StorageBackend.Listing list() {
    return StorageBackend.Listing.of(scope.send(scope.get("storage")));
  }

  /** One storage backend. */
  public StorageBackend get(String name) {
    return StorageBackend.of(scope.send(scope.get("storage", name)));
  }

  /** Changes the given fields of a storage backend and leaves the others. */
  public JsonNode update(String name, ObjectNode changes) {
    return scope.send(scope.patch("storage", name).body(changes));
  }

  /** Removes a storage backend. */
  public void remove(String name, boolean force) {
    scope.send(scope.delete("storage", name).query("force", force ? true : null));
  }

  /** What a storage backend logs in with, without its secrets. */
  public JsonNode credentials(String name) {
    return scope.send(scope.get("storage", name, "credentials"));
  }

  /**
   * Gives a storage backend another password, if the database takes it.
   *
   * @param username null for the same
   */
  public JsonNode rotate(String name, String username, String password) {
    ObjectNode body = Json.object().put("password", password);
    if (username != null) {
      body.put("username", username);
    }
    return scope.send(scope.post("storage", name, "credentials").body(body));
  }

  /**
   * What came of an attempt to connect.
   *
   * @param message why it failed, or empty
   */
  public record Connection(boolean ok, String message, JsonNode json) implements Received {}

  /** Tries to connect. */
  public Connection test(String name) {
    JsonNode answer = scope.send(scope.post("storage", name, "test"));
    boolean failed =
        answer.path("status").asText().equals("failed") || !answer.path("ok").asBoolean(true);
    return new Connection(!failed, answer.path("message").asText(), answer);
  }
}
