package dev.epoch.engine.state;

import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * Outcomes of the latest commands by idempotency key; the oldest are forgotten beyond {@link
 * #CAPACITY}.
 */
public record Outcomes(PMap<String, Outcome> byKey, PVector<String> order) {
  /** How many outcomes a repository remembers. */
  public static final int CAPACITY = 10_000;

  public static final Outcomes NONE = new Outcomes(HashTreePMap.empty(), TreePVector.empty());

  public Optional<Outcome> of(String idempotencyKey) {
    return idempotencyKey == null
        ? Optional.empty()
        : Optional.ofNullable(byKey.get(idempotencyKey));
  }

  /**
   * With the outcome, if the command was not done before: what was done stands, a refused attempt
   * may be followed by one that goes well.
   */
  Outcomes with(String idempotencyKey, Outcome outcome) {
    if (idempotencyKey == null || byKey.get(idempotencyKey) instanceof Outcome.Done) {
      return this;
    }
    PVector<String> keys = byKey.containsKey(idempotencyKey) ? order : order.plus(idempotencyKey);
    PMap<String, Outcome> outcomes = byKey.plus(idempotencyKey, outcome);
    if (keys.size() > CAPACITY) {
      outcomes = outcomes.minus(keys.get(0));
      keys = keys.subList(1, keys.size());
    }
    return new Outcomes(outcomes, keys);
  }
}
