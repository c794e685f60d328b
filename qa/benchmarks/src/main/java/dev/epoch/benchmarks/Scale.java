package dev.epoch.benchmarks;

import java.time.Duration;

/**
 * How much data, and how often.
 *
 * @param tableRows rows of the table that branches are read from
 * @param largeRows rows of the table that shows what does not depend on size
 * @param mergeRows rows of each of the two tables of the large merge
 * @param rounds how often two operations alternate at most
 * @param costlyRounds the same where each pair needs new data that takes long to make
 * @param budget how long a comparison of two operations may go on, once it has enough for a median
 * @param seconds length of each part of a throughput measure
 */
public record Scale(
    String name,
    int tableRows,
    int largeRows,
    int mergeRows,
    int rounds,
    int costlyRounds,
    Duration budget,
    int seconds) {

  /** Shows that a measure works; its figures mean nothing. */
  public static final Scale TINY =
      new Scale("tiny", 20_000, 20_000, 20_000, 2, 1, Duration.ofMillis(100), 1);

  /** About three minutes, for direction while working. */
  public static final Scale SMALL =
      new Scale("small", 1_000_000, 1_000_000, 200_000, 20, 2, Duration.ofSeconds(2), 2);

  /** About thirty minutes; these are the figures that count. */
  public static final Scale FULL =
      new Scale("full", 1_000_000, 10_000_000, 1_000_000, 200, 7, Duration.ofSeconds(20), 10);

  /** The scale of a name. */
  public static Scale of(String name) {
    return switch (name) {
      case "tiny" -> TINY;
      case "small" -> SMALL;
      case "full" -> FULL;
      default -> throw new IllegalArgumentException("No such scale: " + name);
    };
  }

  /**
   * A plan for comparing two operations.
   *
   * @param operations how many of either make one half of a pair
   */
  public Interleaved interleaved(int operations) {
    return new Interleaved(rounds, budget, operations, operations > 1 ? 2 : 1);
  }

  /** A plan for comparing operations that need new data each time; nothing is done to warm up. */
  public Interleaved costly() {
    return new Interleaved(costlyRounds, budget, 1, 0);
  }
}
