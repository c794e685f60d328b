package dev.epoch.engine.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;

/**
 * A configured storage backend.
 *
 * @param name unique in the repository
 * @param backend postgresql, ...
 * @param config settings that are no secrets
 * @param sealedSecrets encrypted secrets, or null
 * @param description or null
 * @param enabled whether it may be used
 * @param createdAt when
 */
public record StorageState(
    String name,
    String backend,
    Map<String, JsonNode> config,
    String sealedSecrets,
    String description,
    boolean enabled,
    Instant createdAt) {
  public StorageState {
    config = Map.copyOf(config);
  }
}
