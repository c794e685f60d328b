package dev.epoch.events.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Settings of a storage backend changed; a null leaves what was.
 *
 * @param name of the storage
 * @param config settings that replace those of the same names
 * @param sealedSecrets new secrets, or null
 * @param description or null
 * @param enabled or null
 * @param makeDefault or null
 */
public record StorageUpdatedV1(
    String name,
    Map<String, JsonNode> config,
    String sealedSecrets,
    String description,
    Boolean enabled,
    Boolean makeDefault)
    implements Event.OfStorage {
  public StorageUpdatedV1 {
    config = config == null ? Map.of() : Map.copyOf(config);
  }
}
