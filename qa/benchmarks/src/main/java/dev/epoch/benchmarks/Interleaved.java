package dev.epoch.benchmarks;

import dev.epoch.benchmarks.report.Latency;
import dev.epoch.benchmarks.report.Pairs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Runs a raw operation and Epoch's by turns, so that the noise of the machine meets both.
 *
 * <pre>
 *   round 1          round 2          round 3
 *   raw   Epoch      Epoch   raw      raw   Epoch   ...     a round is one pair
 * </pre>
 */
public final class Interleaved {

  private static final int FEWEST = 3;

  private final int rounds;
  private final Duration budget;
  private final int operations;
  private final int warmUps;

  /**
   * A plan.
   *
   * @param rounds number of pairs that count, at most
   * @param budget no further pair is begun after this time, if there are three
   * @param operations how many of either make one half of a pair, which counts by their median
   * @param warmUps rounds before, which do not count
   */
  public Interleaved(int rounds, Duration budget, int operations, int warmUps) {
    this.rounds = rounds;
    this.budget = budget;
    this.operations = operations;
    this.warmUps = warmUps;
  }

  /** Runs both as planned. */
  public Pairs run(Operation raw, Operation epoch) throws Exception {
    Histogram rawTimes = Latency.histogram();
    Histogram epochTimes = Latency.histogram();
    for (int i = 0; i < warmUps; i++) {
      block(raw, Latency.histogram());
      block(epoch, Latency.histogram());
    }
    long end = System.nanoTime() + budget.toNanos();
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < rounds && (i < FEWEST || System.nanoTime() < end); i++) {
      double rawTime;
      double epochTime;
      if (i % 2 == 0) {
        rawTime = block(raw, rawTimes);
        epochTime = block(epoch, epochTimes);
      } else {
        epochTime = block(epoch, epochTimes);
        rawTime = block(raw, rawTimes);
      }
      ratios.add(epochTime / rawTime);
    }
    return new Pairs(
        ratios.stream().mapToDouble(r -> r).toArray(),
        Latency.of(rawTimes),
        Latency.of(epochTimes));
  }

  /** The median of the durations, in nanoseconds. */
  private double block(Operation operation, Histogram all) throws Exception {
    Histogram times = Latency.histogram();
    for (int i = 0; i < operations; i++) {
      operation.prepare();
      long begin = System.nanoTime();
      operation.run();
      times.recordValue(System.nanoTime() - begin);
    }
    all.add(times);
    return times.getValueAtPercentile(50);
  }
}
