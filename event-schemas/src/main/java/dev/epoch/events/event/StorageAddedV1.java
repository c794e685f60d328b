package dev.epoch.events.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A storage backend was configured.
 *
 * @param name unique in the repository
 * @param backend postgresql, mysql, ...
 * @param config settings that are no secrets
 * @param sealedSecrets secret settings, encrypted with the server's key, or null
 * @param description for people, or null
 * @param makeDefault whether tables without storage go here
 */
public record StorageAddedV1(
    String name,
    String backend,
    Map<String, JsonNode> config,
    String sealedSecrets,
    String description,
    boolean makeDefault)
    implements Event.OfStorage {
  public StorageAddedV1 {
    config = config == null ? Map.of() : Map.copyOf(config);
  }
}
