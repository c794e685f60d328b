package dev.epoch.qa.process;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for something that another process does, and no longer than a limit. */
public final class Poll {

  private static final Duration PAUSE = Duration.ofMillis(25);

  private Poll() {}

  /**
   * Returns as soon as the condition holds.
   *
   * @throws AssertionError when it does not within the limit
   */
  public static void until(String what, Duration limit, Callable<Boolean> condition)
      throws Exception {
    Instant end = Instant.now().plus(limit);
    while (!condition.call()) {
      if (Instant.now().isAfter(end)) {
        throw new AssertionError("Not within " + limit.toSeconds() + " s: " + what);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
