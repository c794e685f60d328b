package dev.epoch.gateway.stream;

import dev.epoch.engine.state.Outcome;
import dev.epoch.engine.state.RepositoryState;
import java.util.Optional;

/**
 * One of the steps of a request of several, when the request is sent again. Where recovery took a
 * step back, it is made again under a key of its own, so that the next repetition finds it.
 *
 * @param caller who makes the step, if it is not done
 * @param done its outcome, if it is
 */
public record Attempt(Caller caller, Optional<Outcome.Done> done) {

  /**
   * The attempt that counts.
   *
   * @param first whose key the first attempt had
   * @param kind of the step, see {@link Caller#key}
   */
  public static Attempt of(RepositoryState state, Caller first, String kind) {
    Caller caller = first;
    for (int number = 2; ; number++) {
      Optional<Outcome> outcome = state.outcomes().of(caller.key(kind));
      if (outcome.isEmpty()) {
        return new Attempt(caller, Optional.empty());
      }
      if (outcome.get() instanceof Outcome.Done done) {
        return new Attempt(caller, Optional.of(done));
      }
      caller = first.step(kind + " " + number);
    }
  }
}
