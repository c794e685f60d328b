package dev.epoch.api.request;

import dev.epoch.events.Actor;
import java.util.function.UnaryOperator;

/** Who asks, before anything else of the request is looked at. */
public final class Asking {
  private Asking() {}

  /**
   * As the headers say; identified by e-mail address or name where no id is given. Where they name
   * nobody, it is the one whom the key was made for.
   *
   * @param header value of a header, or null
   * @throws dev.epoch.api.error.InvalidRequestException for an actor that only the server is
   */
  public static Actor actor(UnaryOperator<String> header, KeyHolder holder) {
    String name = ActorHeaders.text(header.apply("X-User-Name"));
    String email = ActorHeaders.text(header.apply("X-User-Email"));
    String id = ActorHeaders.text(header.apply("X-User-Id"));
    Actor named = ActorHeaders.actor(id, name, email);
    return named.equals(ActorHeaders.actor(null, null, null))
        ? holder.keyName().map(key -> ActorHeaders.actor(key, key, null)).orElse(named)
        : named;
  }
}
