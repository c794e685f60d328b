package dev.epoch.engine;

import dev.epoch.events.Actor;
import dev.epoch.model.access.Principal;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What a decision takes from outside the state, so that deciding stays a pure function.
 *
 * @param actor who asks
 * @param principal whose rights count
 * @param time of the decision
 * @param command id of the command
 * @param randomId twelve lower-case letters or digits, never the same twice
 */
public record DecisionContext(
    Actor actor, Principal principal, Instant time, UUID command, Supplier<String> randomId) {
  public DecisionContext {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(principal, "principal");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(command, "command");
    Objects.requireNonNull(randomId, "randomId");
  }

  /** Of an actor that is who it is, without groups. */
  public DecisionContext(Actor actor, Instant time, UUID command, Supplier<String> randomId) {
    this(actor, Principal.user(actor.id(), Principal.How.SERVER), time, command, randomId);
  }

  public String branchId() {
    return "b" + randomId.get();
  }

  public String tableId() {
    return "t" + randomId.get();
  }

  public String mergeId() {
    return "m" + randomId.get();
  }
}
