package dev.epoch.benchmarks.report;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Durations of one operation, in milliseconds; of a few, the 99th percentile is the slowest. */
public record Latency(double p50, double p99, long count) {

  private static final long LONGEST = TimeUnit.HOURS.toNanos(1);

  /** A histogram of nanoseconds up to an hour, exact to three digits. */
  public static Histogram histogram() {
    return new Histogram(LONGEST, 3);
  }

  /** The percentiles of a histogram of nanoseconds. */
  public static Latency of(Histogram nanoseconds) {
    return new Latency(
        nanoseconds.getValueAtPercentile(50) / 1e6,
        nanoseconds.getValueAtPercentile(99) / 1e6,
        nanoseconds.getTotalCount());
  }
}
