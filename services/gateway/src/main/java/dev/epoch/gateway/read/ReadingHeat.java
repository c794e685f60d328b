package dev.epoch.gateway.read;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is read a lot, from looks at what is being read: a sum that fades. Looks a second apart at
 * something that is always being read make it hot with the sixth; at what is being read less than a
 * tenth of the time, never.
 *
 * @param <K> what is read
 */
public final class ReadingHeat<K> {
  /** Halves a heat in 34 looks. */
  private static final double FADING = 0.98;

  private static final double HOT = 5;
  private static final double COLD = 0.1;

  private final Map<K, Double> heats = new HashMap<>();

  /**
   * One look.
   *
   * @return what has become hot; it begins cold again
   */
  public List<K> look(Collection<K> reading) {
    heats.replaceAll((_, heat) -> heat * FADING);
    heats.values().removeIf(heat -> heat < COLD);
    List<K> hot = new ArrayList<>();
    for (K read : reading) {
      if (heats.merge(read, 1.0, Double::sum) >= HOT) {
        heats.remove(read);
        hot.add(read);
      }
    }
    return hot;
  }
}
