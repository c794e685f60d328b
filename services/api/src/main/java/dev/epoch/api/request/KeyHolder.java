package dev.epoch.api.request;

import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * What the key of a request tells about whoever sent it.
 *
 * @param keyName of the key; empty if none was sent
 * @param actsForOthers whether headers say who asks: the key may act for others, or none was sent
 * @param admitted whether the request may see what is not for everybody
 */
public record KeyHolder(Optional<String> keyName, boolean actsForOthers, boolean admitted) {
  private static final KeyHolder NOBODY = new KeyHolder(Optional.empty(), true, false);

  /** Notes it for the rest of the request. */
  public void note(RoutingContext context) {
    context.put(KeyHolder.class.getName(), this);
  }

  /** Who was noted; nobody if nobody was. */
  public static KeyHolder of(RoutingContext context) {
    KeyHolder noted = context == null ? null : context.get(KeyHolder.class.getName());
    return noted == null ? NOBODY : noted;
  }
}
