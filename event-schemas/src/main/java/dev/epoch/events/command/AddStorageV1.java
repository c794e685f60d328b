package dev.epoch.events.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Configure a storage backend.
 *
 * @param name unique in the repository
 * @param backend postgresql, ...
 * @param config settings that are no secrets
 * @param sealedSecrets encrypted secrets, or null
 * @param description or null
 * @param makeDefault whether it becomes the default
 */
public record AddStorageV1(
    String name,
    String backend,
    Map<String, JsonNode> config,
    String sealedSecrets,
    String description,
    boolean makeDefault)
    implements Command {
  public AddStorageV1 {
    config = config == null ? Map.of() : Map.copyOf(config);
  }
}
