package dev.epoch.engine;

import dev.epoch.events.Actor;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What a decision takes from outside the state, so that deciding stays a pure function.
 *
 * @param actor who asks
 * @param time of the decision
 * @param command id of the command
 * @param randomId twelve lower-case letters or digits, never the same twice
 */
public record DecisionContext(Actor actor, Instant time, UUID command, Supplier<String> randomId) {
  public DecisionContext {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(command, "command");
    Objects.requireNonNull(randomId, "randomId");
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
