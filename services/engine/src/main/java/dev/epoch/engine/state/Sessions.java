package dev.epoch.engine.state;

import java.time.Instant;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * What actors work on.
 *
 * @param checkouts branch id by actor id
 * @param opened when an actor opened this repository last, by actor id
 */
public record Sessions(PMap<String, String> checkouts, PMap<String, Instant> opened) {
  public static final Sessions NONE = new Sessions(HashTreePMap.empty(), HashTreePMap.empty());

  Sessions checkedOut(String actorId, String branchId) {
    return new Sessions(checkouts.plus(actorId, branchId), opened);
  }

  Sessions opened(String actorId, Instant time) {
    return new Sessions(checkouts, opened.plus(actorId, time));
  }
}
