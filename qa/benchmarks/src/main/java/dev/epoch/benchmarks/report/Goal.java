package dev.epoch.benchmarks.report;

import java.util.Locale;

/**
 * What a figure has to be, in the figure's unit.
 *
 * @param atMost whether less is better
 */
public record Goal(double must, double aim, boolean atMost) {

  /** A ratio to raw PostgreSQL, or a time, that must not be exceeded. */
  public static Goal atMost(double must, double aim) {
    return new Goal(must, aim, true);
  }

  /** A rate that must be reached. */
  public static Goal atLeast(double must, double aim) {
    return new Goal(must, aim, false);
  }

  /** {@code aim}, {@code must} or {@code missed}. */
  public String verdict(double value) {
    return reached(value, aim) ? "aim" : reached(value, must) ? "must" : "missed";
  }

  /** The limit as a reader sees it. */
  public String text(double limit) {
    return (atMost ? "<= " : ">= ") + plain(limit);
  }

  static String plain(double value) {
    if (value >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }

  private boolean reached(double value, double limit) {
    return atMost ? value <= limit : value >= limit;
  }
}
