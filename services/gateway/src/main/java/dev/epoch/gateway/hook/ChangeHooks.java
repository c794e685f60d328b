package dev.epoch.gateway.hook;

import dev.epoch.events.Rejection;
import java.util.Optional;

/** Asks those who may forbid a change, before it is made. */
public interface ChangeHooks {
  /** Nobody is asked. */
  ChangeHooks NONE =
      new ChangeHooks() {
        @Override
        public boolean wants(PlannedChange change) {
          return false;
        }

        @Override
        public Optional<Rejection> ask(PlannedChange change) {
          return Optional.empty();
        }
      };

  /** Whether anybody is to be asked; costs nothing. */
  boolean wants(PlannedChange change);

  /**
   * Asks, one after the other, and waits.
   *
   * @return the first refusal: it is the command's answer for ever
   * @throws dev.epoch.gateway.stream.RefusedException if somebody cannot be asked who has to be;
   *     nothing is decided, and asking again may help
   */
  Optional<Rejection> ask(PlannedChange change);
}
