package dev.epoch.gateway;

import dev.epoch.engine.state.Outcome;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.event.Event;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One decision, stored.
 *
 * @param events that happened
 * @param rejection of the command
 * @param former outcome of an earlier command with the same idempotency key; then nothing else is
 *     set
 * @param state after it
 * @param version of the last record of the decision in its stream
 * @param position of the last record of the decision in the log
 */
public record StepResult(
    List<Event> events,
    Optional<Rejection> rejection,
    Optional<Outcome> former,
    RepositoryState state,
    long version,
    long position) {

  /** The state, or the refusal as an exception. */
  public StepResult orRefuse() {
    former.ifPresent(outcome -> {
      if (outcome instanceof Outcome.Refused refused) {
        throw new RefusedException(refused.rejection());
      }
    });
    rejection.ifPresent(refusal -> {
      throw new RefusedException(refusal);
    });
    return this;
  }

  /** Facts of the earlier run of the command. */
  Map<String, String> formerFacts() {
    return former.map(outcome -> ((Outcome.Done) outcome).facts()).orElse(Map.of());
  }

  /** The event of this type that happened. */
  public <E extends Event> Optional<E> event(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).findFirst();
  }
}
