package dev.epoch.api.storage;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.json.ApiJson;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.projections.storages.StorageReads;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageCheck;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A storage backend, without its secrets. */
@Schema(name = "Storage")
public record StorageView(
    String name,
    String backend,
    @Schema(description = "Settings; secrets never come back") Map<String, JsonNode> config,
    String description,
    @JsonProperty("default") boolean isDefault,
    boolean enabled,
    Instant createdAt) {

  public static StorageView of(RepositoryState state, StorageState storage) {
    return new StorageView(
        storage.name(),
        storage.backend(),
        new TreeMap<>(storage.config()),
        storage.description(),
        storage.name().equals(state.storages().defaultName()),
        storage.enabled(),
        storage.createdAt());
  }

  /** As the read model has it. */
  public static StorageView of(StorageReads.Storage storage) {
    return new StorageView(
        storage.name(),
        storage.backend(),
        config(storage.config()),
        storage.description(),
        storage.isDefault(),
        storage.enabled(),
        storage.createdAt());
  }

  private static Map<String, JsonNode> config(String json) {
    try {
      Map<String, JsonNode> config = new TreeMap<>();
      ApiJson.mapper()
          .readTree(json)
          .properties()
          .forEach(setting -> config.put(setting.getKey(), setting.getValue()));
      return config;
    } catch (JsonProcessingException notJson) {
      throw new IllegalStateException("settings of a storage are no JSON", notJson);
    }
  }

  /** All storage backends, by name. */
  @Schema(name = "Storages")
  public record Listing(List<StorageView> storage) {}

  /** What came of a test. */
  @Schema(name = "StorageTest")
  public record Test(
      @Schema(description = "ok or failed") String status,
      boolean ok,
      @Schema(description = "Product and version of the database") String product,
      @Schema(description = "What is wrong, for people") String message,
      List<StorageCheck.Problem> problems,
      @Schema(description = "What some clients will miss; no failure")
          List<StorageCheck.Problem> notes,
      @Schema(description = "What the backend can do; null if it could not be reached")
          CapabilitiesView capabilities) {

    public static Test of(StorageCheck check, StorageAdapter adapter) {
      boolean ok = check.problems().isEmpty();
      return new Test(
          ok ? "ok" : "failed",
          ok,
          check.product(),
          ok ? null : check.problems().getFirst().problem(),
          check.problems(),
          check.notes(),
          CapabilitiesView.of(adapter));
    }

    /** It could not even be reached. */
    public static Test failed(String message, String remedy) {
      return new Test(
          "failed",
          false,
          null,
          message,
          List.of(new StorageCheck.Problem(message, remedy)),
          List.of(),
          null);
    }
  }
}
