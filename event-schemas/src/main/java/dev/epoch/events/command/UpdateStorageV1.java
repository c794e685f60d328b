package dev.epoch.events.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Change a storage backend.
 *
 * @param name of the storage
 * @param config settings to replace
 * @param sealedSecrets or null
 * @param description or null
 * @param enabled or null
 * @param makeDefault or null
 */
public record UpdateStorageV1(
    String name,
    Map<String, JsonNode> config,
    String sealedSecrets,
    String description,
    Boolean enabled,
    Boolean makeDefault)
    implements Command {
  public UpdateStorageV1 {
    config = config == null ? Map.of() : Map.copyOf(config);
  }
}
