package dev.epoch.engine.state;

import dev.epoch.events.CommandKey;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * Outcomes of the latest commands by idempotency key; the oldest are forgotten beyond {@link
 * #CAPACITY}.
 *
 * @param byKey outcomes by the text of a {@link CommandKey}
 * @param order of the keys, the oldest first
 * @param requests by the client's part of the keys: the request that each was first used for
 */
public record Outcomes(
    PMap<String, Outcome> byKey, PVector<String> order, PMap<String, String> requests) {
  /** How many outcomes a repository remembers. */
  public static final int CAPACITY = 10_000;

  public static final Outcomes NONE =
      new Outcomes(HashTreePMap.empty(), TreePVector.empty(), HashTreePMap.empty());

  public Optional<Outcome> of(String idempotencyKey) {
    return idempotencyKey == null
        ? Optional.empty()
        : Optional.ofNullable(byKey.get(idempotencyKey));
  }

  /** The request that a client's key was used for, as far as it is remembered. */
  public Optional<String> request(String clientKey) {
    return Optional.ofNullable(requests.get(clientKey));
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
    PMap<String, String> used = requests;
    CommandKey key = CommandKey.parse(idempotencyKey);
    if (key.request().isPresent() && !used.containsKey(key.client())) {
      used = used.plus(key.client(), key.request().get());
    }
    if (keys.size() > CAPACITY) {
      CommandKey oldest = CommandKey.parse(keys.get(0));
      outcomes = outcomes.minus(keys.get(0));
      keys = keys.subList(1, keys.size());
      used = used.minus(oldest.client());
    }
    return new Outcomes(outcomes, keys, used);
  }
}
