package dev.epoch.storage;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random histories of tables of random shapes, against a model that keeps every state as a whole.
 * {@code -Depoch.seed=N} repeats one. The gate plays the same ones each time, longer tiers others.
 */
abstract class HistoryCases extends StorageAdapterCases {
  private static final int ACTIONS = 30;
  private static final long FIRST = 20_261_123;

  abstract int histories();

  @Test
  void everyStateReadsAsTheModelHasIt() {
    Long given = Long.getLong("epoch.seed");
    long first =
        given != null
            ? given
            : Boolean.getBoolean("epoch.test.allCases")
                ? new Random().nextLong(1_000_000_000)
                : FIRST;
    for (long seed = first; seed < first + (given == null ? histories() : 1); seed++) {
      try {
        new RandomTableHistory(backend, seed).run(ACTIONS);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("-Depoch.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
