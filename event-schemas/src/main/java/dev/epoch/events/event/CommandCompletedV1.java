package dev.epoch.events.event;

import java.util.Map;

/**
 * A command found everything as it asked for. Kept so that a retry is answered alike.
 *
 * @param facts that the answer is made from
 */
public record CommandCompletedV1(Map<String, String> facts) implements Event {
  public CommandCompletedV1 {
    facts = facts == null ? Map.of() : Map.copyOf(facts);
  }
}
