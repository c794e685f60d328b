package dev.epoch.gateway;

import dev.epoch.events.Actor;
import java.util.Objects;
import java.util.UUID;

/**
 * Who asks, and how often the same.
 *
 * @param actor who asks
 * @param command id of the command
 * @param idempotencyKey of the client, or null
 */
public record Caller(Actor actor, UUID command, String idempotencyKey) {
  public Caller {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(command, "command");
  }

  public static Caller of(Actor actor, String idempotencyKey) {
    return new Caller(actor, UUID.randomUUID(), idempotencyKey);
  }

  /** The key for one kind of command: a client may reuse a key for another kind. */
  String key(String kind) {
    return idempotencyKey == null ? null : kind + ":" + idempotencyKey;
  }
}
