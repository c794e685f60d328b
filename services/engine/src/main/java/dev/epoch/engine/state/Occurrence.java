package dev.epoch.engine.state;

import dev.epoch.events.Actor;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * When an event happened, and why.
 *
 * @param version of the record in the repository's stream
 * @param time of the decision
 * @param actor who asked
 * @param command that caused it
 * @param idempotencyKey of the command, or null
 */
public record Occurrence(
    long version, Instant time, Actor actor, UUID command, String idempotencyKey) {
  public Occurrence {
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(command, "command");
  }
}
