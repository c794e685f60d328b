package dev.epoch.gateway.stream;

import dev.epoch.engine.state.Outcome;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection;
import dev.epoch.events.event.Event;
import dev.epoch.storage.error.BusyException;
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

  /**
   * The answer that a command had before, or empty if its key is new. To be asked on the state that
   * names are looked up in, before they are: what the command was about may be gone by now.
   *
   * @throws RefusedException if the command was refused, or if the key belongs to another request
   */
  public static Optional<StepResult> former(
      RepositoryState state, RecordType command, Caller caller) {
    caller.requireOwnKey(state);
    return state
        .outcomes()
        .of(caller.key(command.wireName()))
        .map(outcome ->
            new StepResult(
                    List.of(), Optional.empty(), Optional.of(outcome), state, state.version(), 0)
                .orRefuse());
  }

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

  /**
   * Likewise, of a step that begins what its command is about.
   *
   * @throws BusyException if the command has ended meanwhile, by an earlier request with its key:
   *     that is answered from memory when it is sent again
   */
  public StepResult orRefuseOnce() {
    if (former.isPresent()) {
      throw new BusyException(
          "An earlier request with this Idempotency-Key was settled meanwhile", "Try again");
    }
    return orRefuse();
  }

  /** Facts of the earlier run of the command. */
  public Map<String, String> formerFacts() {
    return former.map(outcome -> ((Outcome.Done) outcome).facts()).orElse(Map.of());
  }

  /** The event of this type that happened. */
  public <E extends Event> Optional<E> event(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).findFirst();
  }
}
