package dev.epoch.benchmarks.report;

/**
 * One line of the report.
 *
 * @param unit of the value: {@code x} for a ratio to raw PostgreSQL, {@code ms}, {@code /s}
 * @param goal null for a figure that only helps to understand another
 * @param low lower end of the value's 95 % confidence interval; the value itself if there is none
 * @param raw durations of the raw operation, null if there is none
 * @param epoch durations of the operation of Epoch, null if there is none
 * @param note what the reader should know, may be empty
 */
public record Figure(
    String measure,
    String variant,
    String unit,
    Goal goal,
    double value,
    double low,
    double high,
    Latency raw,
    Latency epoch,
    String note) {

  /** Epoch's time divided by the raw time, as the median over pairs. */
  public static Figure ratio(String measure, String variant, Goal goal, Pairs pairs) {
    return new Figure(
        measure,
        variant,
        "x",
        goal,
        pairs.ratio(),
        pairs.low(),
        pairs.high(),
        pairs.raw(),
        pairs.epoch(),
        "");
  }

  /** Epoch's median time in milliseconds, beside the raw operation's. */
  public static Figure time(String measure, String variant, Goal goal, Pairs pairs) {
    double p50 = pairs.epoch().p50();
    return new Figure(measure, variant, "ms", goal, p50, p50, p50, pairs.raw(), pairs.epoch(), "");
  }

  /** Any other value. */
  public static Figure value(
      String measure, String variant, String unit, Goal goal, double value, Latency epoch) {
    return new Figure(measure, variant, unit, goal, value, value, value, null, epoch, "");
  }

  /** The same with a note. */
  public Figure note(String text) {
    return new Figure(measure, variant, unit, goal, value, low, high, raw, epoch, text);
  }

  /** The same without a goal. */
  public Figure forInformation() {
    return new Figure(measure, variant, unit, null, value, low, high, raw, epoch, note);
  }

  /** {@code aim}, {@code must}, {@code missed}, or {@code -} without a goal. */
  public String verdict() {
    return goal == null ? "-" : goal.verdict(value);
  }
}
