package dev.epoch.benchmarks;

/**
 * How much data, and how often.
 *
 * @param tableRows rows of the table that branches are read from
 * @param largeRows rows of the table that shows what does not depend on size
 * @param mergeRows rows of each of the two tables of the large merge
 * @param rounds how often two operations alternate, for short ones
 * @param longRounds the same for operations that take seconds
 * @param seconds length of each part of a throughput measure
 */
public record Scale(
    String name,
    int tableRows,
    int largeRows,
    int mergeRows,
    int rounds,
    int longRounds,
    int seconds) {

  /** Shows that a measure works; its figures mean nothing. */
  public static final Scale TINY = new Scale("tiny", 20_000, 20_000, 20_000, 2, 1, 1);

  /** About three minutes, for direction while working. */
  public static final Scale SMALL = new Scale("small", 1_000_000, 1_000_000, 200_000, 20, 3, 3);

  /** About thirty minutes; these are the figures that count. */
  public static final Scale FULL =
      new Scale("full", 1_000_000, 10_000_000, 1_000_000, 100, 9, 15);

  /** The scale of a name. */
  public static Scale of(String name) {
    return switch (name) {
      case "tiny" -> TINY;
      case "small" -> SMALL;
      case "full" -> FULL;
      default -> throw new IllegalArgumentException("No such scale: " + name);
    };
  }
}
