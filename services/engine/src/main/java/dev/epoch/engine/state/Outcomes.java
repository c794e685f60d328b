package dev.epoch.engine.state;

import dev.epoch.events.CommandKey;
import java.time.Instant;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * Outcomes of commands by idempotency key, until they expire; beyond {@link #CAPACITY} the oldest
 * are forgotten earlier.
 *
 * @param byKey outcomes by the text of a {@link CommandKey}
 * @param order of the keys, the oldest first
 * @param requests by the client's part of the keys: the request that each was first used for
 */
public record Outcomes(
    PMap<String, Outcome> byKey, PVector<Use> order, PMap<String, String> requests) {
  /** How many outcomes a repository remembers at most. */
  public static final int CAPACITY = 10_000;

  public static final Outcomes NONE =
      new Outcomes(HashTreePMap.empty(), TreePVector.empty(), HashTreePMap.empty());

  /**
   * When a command that has a key ended first.
   *
   * @param key the text of a {@link CommandKey}
   * @param time when
   */
  public record Use(String key, Instant time) {}

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
  Outcomes with(String idempotencyKey, Outcome outcome, Instant time) {
    if (idempotencyKey == null || byKey.get(idempotencyKey) instanceof Outcome.Done) {
      return this;
    }
    PVector<Use> keys =
        byKey.containsKey(idempotencyKey) ? order : order.plus(new Use(idempotencyKey, time));
    PMap<String, String> used = requests;
    CommandKey key = CommandKey.parse(idempotencyKey);
    if (key.request().isPresent() && !used.containsKey(key.client())) {
      used = used.plus(key.client(), key.request().get());
    }
    Outcomes more = new Outcomes(byKey.plus(idempotencyKey, outcome), keys, used);
    return keys.size() > CAPACITY ? more.withoutOldest() : more;
  }

  /** Without those of before the time; the same if there are none. */
  Outcomes since(Instant time) {
    Outcomes left = this;
    while (!left.order.isEmpty() && left.order.get(0).time().isBefore(time)) {
      left = left.withoutOldest();
    }
    return left;
  }

  private Outcomes withoutOldest() {
    String oldest = order.get(0).key();
    return new Outcomes(
        byKey.minus(oldest), order.minus(0), requests.minus(CommandKey.parse(oldest).client()));
  }
}
