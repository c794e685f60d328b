package dev.epoch.projections;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/**
 * How far a projection is.
 *
 * @param name of the projector
 * @param position of the log that it includes, events behind {@code stops} excepted
 * @param stops by repository: from where on its events are not included
 */
public record Checkpoint(String name, long position, Map<String, Stop> stops) {

  public Checkpoint {
    stops = Map.copyOf(stops);
  }

  /** Whether there is an event of some repository that it cannot apply. */
  public boolean parked() {
    return firstParked().isPresent();
  }

  /** The first event that it cannot apply, of any repository. */
  public Optional<Stop> firstParked() {
    return stops.values().stream()
        .filter(stop -> stop.state() == Stop.State.PARKED)
        .min(Comparator.comparingLong(Stop::position));
  }
}
