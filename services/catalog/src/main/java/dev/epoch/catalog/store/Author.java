package dev.epoch.catalog.store;

import dev.epoch.catalog.model.Audit;
import dev.epoch.events.Actor;
import dev.epoch.gateway.stream.Caller;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Who changes a catalog.
 *
 * @param caller who asks
 * @param user that classes and instances name
 */
public record Author(Caller caller, String user) {
  /** Whoever nobody knows is the user of old data. */
  public static Author of(Caller caller) {
    String id = caller.actor().id();
    return new Author(caller, id.equals(Actor.ANONYMOUS.id()) ? Audit.LEGACY_USER : id);
  }

  Audit created() {
    return Audit.created(user, now());
  }

  Audit updated(Audit before) {
    return before.updated(user, now());
  }

  /** What a request says, or else the address or id of whoever asks. */
  String named(String given) {
    if (given != null && !given.isBlank()) {
      return given;
    }
    String email = caller.actor().email();
    return email.isEmpty() ? user : email;
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }
}
