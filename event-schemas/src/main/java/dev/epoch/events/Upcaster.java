package dev.epoch.events;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Turns the data of one record version into the next version, when old records are read. The log
 * itself is never rewritten.
 */
public interface Upcaster {
  /** The upcasters of every version ever released. */
  List<Upcaster> RELEASED = List.of();

  String wireName();

  /** The version it reads; it gives {@code fromVersion() + 1}. */
  int fromVersion();

  JsonNode upcast(JsonNode data);
}
