package dev.epoch.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.RecordCodec;
import java.util.UUID;

/**
 * How far a log is published. It is written in the transaction of the events before it.
 *
 * @param position of the last record that needs not be looked at again; 0: none
 * @param id of that record, which tells one log from another; null at 0
 */
record Checkpoint(long position, UUID id) {
  static final Checkpoint NONE = new Checkpoint(0, null);

  String text() {
    return RecordCodec.json()
        .createObjectNode()
        .put("position", position)
        .put("id", id.toString())
        .toString();
  }

  static Checkpoint parse(String text) {
    try {
      JsonNode read = RecordCodec.json().readTree(text);
      return new Checkpoint(
          read.required("position").longValue(), UUID.fromString(read.required("id").textValue()));
    } catch (JsonProcessingException | RuntimeException wrong) {
      throw new PublishingException("a checkpoint cannot be read: " + text, wrong);
    }
  }
}
