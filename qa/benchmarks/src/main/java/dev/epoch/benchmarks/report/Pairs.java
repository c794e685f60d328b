package dev.epoch.benchmarks.report;

import java.util.Arrays;

/**
 * What came out of pairs of raw and Epoch's operations.
 *
 * <p>The ratio is the median of the ratios of pairs: a disturbance of the machine hits both halves
 * of a pair, or spoils one pair among many.
 *
 * @param ratios of each pair, ascending
 */
public record Pairs(double[] ratios, Latency raw, Latency epoch) {

  public Pairs {
    ratios = ratios.clone();
    Arrays.sort(ratios);
  }

  /** The median of the pairs' ratios. */
  public double ratio() {
    int middle = ratios.length / 2;
    return ratios.length % 2 == 1 ? ratios[middle] : (ratios[middle - 1] + ratios[middle]) / 2;
  }

  /** Lower end of the median's 95 % confidence interval. */
  public double low() {
    return ratios[rank()];
  }

  /** Upper end of the median's 95 % confidence interval. */
  public double high() {
    return ratios[ratios.length - 1 - rank()];
  }

  /**
   * The order statistics that hold the median between them: the number of ratios below the median
   * is binomial, here with its normal approximation. Of fewer than six no such interval reaches 95
   * %; the smallest and the greatest are taken then.
   */
  private int rank() {
    int n = ratios.length;
    return Math.max(0, (int) Math.floor((n - 1.96 * Math.sqrt(n)) / 2));
  }
}
