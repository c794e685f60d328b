package dev.epoch.benchmarks;

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

  private final int rounds;
  private final int operations;
  private final int warmUps;

  private Interleaved(int rounds, int operations, int warmUps) {
    this.rounds = rounds;
    this.operations = operations;
    this.warmUps = warmUps;
  }

  /**
   * A plan.
   *
   * @param rounds number of pairs that count
   * @param operations how many of either make one half of a pair, which counts by their median
   * @param warmUps rounds before, which do not count
   */
  public static Interleaved plan(int rounds, int operations, int warmUps) {
    return new Interleaved(rounds, operations, warmUps);
  }

  /** Runs both as planned. */
  public Pairs run(Operation raw, Operation epoch) throws Exception {
    Histogram rawTimes = Latency.histogram();
    Histogram epochTimes = Latency.histogram();
    for (int i = 0; i < warmUps; i++) {
      block(raw, Latency.histogram());
      block(epoch, Latency.histogram());
    }
    double[] ratios = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      double rawTime;
      double epochTime;
      if (i % 2 == 0) {
        rawTime = block(raw, rawTimes);
        epochTime = block(epoch, epochTimes);
      } else {
        epochTime = block(epoch, epochTimes);
        rawTime = block(raw, rawTimes);
      }
      ratios[i] = epochTime / rawTime;
    }
    return new Pairs(ratios, Latency.of(rawTimes), Latency.of(epochTimes));
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
