package dev.epoch.api.request;

import dev.epoch.events.Actor;
import dev.epoch.model.access.Principal;
import java.util.List;
import java.util.function.UnaryOperator;

/** Who asks, before anything else of the request is looked at. */
public final class Asking {
  private static final Actor NOBODY = ActorHeaders.actor(null, null, null);

  private Asking() {}

  /**
   * Whoever was let in; or the one whom the headers name, if the key may act for others or none was
   * sent, identified by e-mail address or name where no id is given. Whoever is acted for has the
   * rights of its own, without groups, but for an administrator's key: that may do everything,
   * whomever it names. Neither has more than the scopes of the key.
   *
   * @param header value of a header, or null
   * @param holder whoever was let in, by what was sent
   * @param own the actor that it is
   * @throws dev.epoch.api.error.InvalidRequestException for an actor that only the server is
   */
  public static Requester of(
      UnaryOperator<String> header, Principal holder, Actor own, boolean actsForOthers) {
    if (!actsForOthers) {
      return new Requester(holder, own, false, true);
    }
    Actor named =
        ActorHeaders.actor(
            ActorHeaders.text(header.apply("X-User-Id")), name(header), email(header));
    if (named.equals(NOBODY)) {
      return new Requester(holder, own, true, true);
    }
    Principal principal =
        named.id().equals(holder.user())
            ? holder
            : new Principal(
                named.id(),
                List.of(),
                holder.how(),
                holder.key(),
                holder.administrator(),
                holder.scopes());
    return new Requester(principal, named, true, true);
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
