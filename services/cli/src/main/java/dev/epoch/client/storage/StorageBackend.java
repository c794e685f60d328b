package dev.epoch.client.storage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;
import java.util.Optional;

/**
 * A storage backend. Secrets are never part of its configuration here.
 *
 * @param description null where there is none
 */
public record StorageBackend(
    String name,
    String backend,
    JsonNode config,
    String description,
    boolean isDefault,
    boolean enabled,
    JsonNode json)
    implements Received {

  static StorageBackend of(JsonNode json) {
    return new StorageBackend(
        json.path("name").asText(),
        json.path("backend").asText(),
        json.path("config"),
        Json.text(json, "description"),
        json.path("default").asBoolean(false),
        json.path("enabled").asBoolean(true),
        json);
  }

  /** All storage backends, as one answer. */
  public record Listing(List<StorageBackend> backends, JsonNode json) implements Received {

    static Listing of(JsonNode json) {
      return new Listing(
          Json.items(json, "storage").stream().map(StorageBackend::of).toList(), json);
    }

    /** The one that is used where none is named. */
    public Optional<StorageBackend> byDefault() {
      return backends.stream().filter(StorageBackend::isDefault).findFirst();
    }
  }
}
