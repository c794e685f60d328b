package dev.epoch.engine;

import dev.epoch.events.Rejection;
import dev.epoch.events.event.Event;
import java.util.List;
import java.util.Optional;

/**
 * What was decided: events that happen, and the refusal if the command is refused. Both together
 * say that an attempt ended without effect (an aborted operation whose command is refused).
 *
 * @param events in order
 * @param rejection of the command
 */
public record Decision(List<Event> events, Optional<Rejection> rejection) {
  public Decision {
    events = List.copyOf(events);
  }

  public static Decision accept(Event... events) {
    return new Decision(List.of(events), Optional.empty());
  }

  public static Decision accept(List<Event> events) {
    return new Decision(events, Optional.empty());
  }

  /** The command may go on; its next step follows as a {@link Continuation}. */
  public static Decision accepted() {
    return accept();
  }

  public static Decision reject(Rejection rejection) {
    return new Decision(List.of(), Optional.of(rejection));
  }

  public static Decision reject(Rejection.Code code, String message) {
    return reject(Rejection.of(code, message));
  }

  public static Decision reject(Rejection.Code code, String message, String remedy) {
    return reject(Rejection.of(code, message, remedy));
  }
}
