package dev.epoch.api.request;

import dev.epoch.events.Actor;
import dev.epoch.model.access.Principal;
import dev.epoch.model.access.Principal.How;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Who sent a request, as the one filter at the door has found out; nothing else says who asks.
 *
 * @param principal whose rights count
 * @param actor of what the request does
 * @param actsForOthers whether headers say who asks: the key may act for others, or none was sent
 * @param admitted whether the request may see what is not for everybody
 */
public record Requester(Principal principal, Actor actor, boolean actsForOthers, boolean admitted) {
  private static final Requester NOBODY =
      new Requester(
          new Principal(Actor.ANONYMOUS.id(), List.of(), How.ANONYMOUS, null, false, Set.of()),
          Actor.ANONYMOUS,
          false,
          false);

  public Requester {
    Objects.requireNonNull(principal, "principal");
    Objects.requireNonNull(actor, "actor");
  }

  /** Notes it for the rest of the request. */
  public void note(RoutingContext context) {
    context.put(Requester.class.getName(), this);
  }

  /** Who was noted; nobody if nobody was. */
  public static Requester of(RoutingContext context) {
    Requester noted = context == null ? null : context.get(Requester.class.getName());
    return noted == null ? NOBODY : noted;
  }
}
