package dev.epoch.qa.resources;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** How long the same thing takes the first times and the last times. */
final class Growth {
  private static final int SAMPLE = 100;

  private final List<Long> nanos = new ArrayList<>();

  /** Does it once more. */
  <T> T timed(Callable<T> action) throws Exception {
    long start = System.nanoTime();
    T result = action.call();
    nanos.add(System.nanoTime() - start);
    return result;
  }

  @Override
  public String toString() {
    if (nanos.size() < 4) {
      return nanos.stream()
          .map(time -> "%.0f ms".formatted(time / 1e6))
          .collect(Collectors.joining(", "));
    }
    int sample = Math.min(SAMPLE, nanos.size() / 2);
    return "median of the first %d: %.1f ms, of the last: %.1f ms"
        .formatted(
            sample,
            median(nanos.subList(0, sample)),
            median(nanos.subList(nanos.size() - sample, nanos.size())));
  }

  private static double median(List<Long> part) {
    return part.stream().sorted().toList().get(part.size() / 2) / 1e6;
  }
}
