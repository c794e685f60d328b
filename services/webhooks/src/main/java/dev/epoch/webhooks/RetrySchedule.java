package dev.epoch.webhooks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a delivery that failed is tried again: the pauses of Standard Webhooks, each up to a tenth
 * longer or shorter so that many deliveries do not come back at one moment.
 *
 * @param pauses before the second attempt, the third and so on
 */
public record RetrySchedule(List<Duration> pauses, RandomGenerator random) {
  /** Ten attempts in three days. */
  public static final List<Duration> STANDARD =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(5),
          Duration.ofHours(10),
          Duration.ofHours(14),
          Duration.ofHours(20),
          Duration.ofHours(24));

  private static final double JITTER = 0.1;

  public RetrySchedule {
    pauses = List.copyOf(pauses);
  }

  /**
   * How long to wait after an attempt that failed.
   *
   * @param attempt its number, from 1
   * @return empty if it was the last one
   */
  public Optional<Duration> pauseAfter(int attempt) {
    if (attempt > pauses.size()) {
      return Optional.empty();
    }
    double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
    return Optional.of(Duration.ofMillis(Math.round(pauses.get(attempt - 1).toMillis() * factor)));
  }
}
