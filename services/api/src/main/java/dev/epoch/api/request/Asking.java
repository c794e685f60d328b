package dev.epoch.api.request;

import dev.epoch.events.Actor;
import java.util.function.UnaryOperator;

/** Who asks, before anything else of the request is looked at. */
public final class Asking {
  private Asking() {}

  /**
   * As the headers say, if the key may act for others or none was sent; identified by e-mail
   * address or name where no id is given. Where they name nobody, or may not, it is the one whom
   * the key was made for.
   *
   * @param header value of a header, or null
   * @throws dev.epoch.api.error.InvalidRequestException for an actor that only the server is
   */
  public static Actor actor(UnaryOperator<String> header, KeyHolder holder) {
    if (!holder.actsForOthers()) {
      return ofKey(holder.keyName().orElseThrow());
    }
    Actor named =
        ActorHeaders.actor(
            ActorHeaders.text(header.apply("X-User-Id")), name(header), email(header));
    return named.equals(ActorHeaders.actor(null, null, null))
        ? holder.keyName().map(Asking::ofKey).orElse(named)
        : named;
  }

  private static Actor ofKey(String key) {
    return ActorHeaders.actor(key, key, null);
  }

  /** How whoever asks wants to be called, whoever that is; null if they do not say. */
  static String name(UnaryOperator<String> header) {
    return ActorHeaders.text(header.apply("X-User-Name"));
  }

  /** The same of the e-mail address. */
  static String email(UnaryOperator<String> header) {
    return ActorHeaders.text(header.apply("X-User-Email"));
  }
}
