package dev.epoch.client.replay;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;

/**
 * Where a branch stands after a reset.
 *
 * @param head commit id
 * @param formerHead commit id before
 * @param saved commit that uncommitted changes were put away in, or null
 */
public record Reset(String head, String formerHead, String saved, JsonNode json)
    implements Received {

  static Reset of(JsonNode json) {
    return new Reset(
        Json.text(json, "head"), Json.text(json, "former_head"), Json.text(json, "saved"), json);
  }
}
