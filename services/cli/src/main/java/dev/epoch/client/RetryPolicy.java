package dev.epoch.client;

import java.time.Duration;
import java.util.Objects;

/**
 * How often a request is repeated after the connection was lost or the server said that it cannot
 * answer now. Every repetition carries the idempotency key of the first try.
 *
 * @param attempts tries in total, at least one
 * @param firstPause wait before the second try; it doubles from then on
 * @param longestPause upper bound of a wait, also of one that the server asks for
 */
public record RetryPolicy(int attempts, Duration firstPause, Duration longestPause) {

  /** Four tries within about a second, longer only where the server asks for it. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(4, Duration.ofMillis(100), Duration.ofSeconds(20));

  /** Checks the bounds. */
  public RetryPolicy {
    Objects.requireNonNull(firstPause, "firstPause");
    Objects.requireNonNull(longestPause, "longestPause");
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts must be at least 1");
    }
  }

  /** The wait after the given number of failed tries, unless the server asked for another. */
  public Duration pauseAfter(int failures) {
    Duration pause = firstPause.multipliedBy(1L << Math.min(failures - 1, 20));
    return bounded(pause);
  }

  /** The wait that the server asked for, within the upper bound. */
  public Duration bounded(Duration pause) {
    return pause.compareTo(longestPause) > 0 ? longestPause : pause;
  }
}
