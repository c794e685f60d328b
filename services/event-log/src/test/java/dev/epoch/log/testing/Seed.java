package dev.epoch.log.testing;

import java.util.Random;

/** Random numbers of a test that can be run again: {@code -Depoch.test.seed=...}. */
public final class Seed {
  private Seed() {}

  /** Prints its seed, so that a failure can be repeated. */
  public static Random random(String test) {
    Long given = Long.getLong("epoch.test.seed");
    long seed = given != null ? given : System.nanoTime();
    System.out.println(test + ": -Depoch.test.seed=" + seed);
    return new Random(seed);
  }
}
