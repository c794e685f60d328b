package dev.epoch.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What databases hold can be written anew from the log, whatever was done before: random verbs over
 * a table whose columns come and go. A history that fails is made shorter and told with its seed;
 * {@code -Depoch.test.seed=N} begins with it, {@code -Depoch.test.histories=N} says how many,
 * {@code -Depoch.test.shrink=N} for how many seconds to look for a shorter one.
 */
class RebuildLawsIT {
  private static final String SEED = "epoch.test.seed";
  private static final int STEPS = Integer.getInteger("epoch.test.steps", 24);
  private static final long SHRINK_SECONDS = Integer.getInteger("epoch.test.shrink", 90);

  private record Failure(Throwable cause, int steps, List<String> script) {}

  @Test
  void aHistoryIsWrittenAnew() {
    run(Integer.getInteger("epoch.test.histories", 1), Long.getLong(SEED, 1));
  }

  @Test
  @Tag("nightly")
  void tensOfHistoriesAreWrittenAnew() {
    run(Integer.getInteger("epoch.test.histories", 60), Long.getLong(SEED, System.nanoTime()));
  }

  private static void run(int histories, long start) {
    System.out.println("laws of rebuilds: " + histories + " histories, -D" + SEED + "=" + start);
    Map<String, Integer> counts = new TreeMap<>();
    Map<String, Integer> refusals = new TreeMap<>();
    for (int i = 0; i < histories; i++) {
      List<Long> steps =
          new Random((start + i) * 0x9E3779B97F4A7C15L).longs(STEPS).boxed().toList();
      Failure failure = play(steps, counts, refusals);
      if (failure != null) {
        report(start + i, steps.subList(0, failure.steps()), failure);
      }
    }
    System.out.println("  " + histories + " histories of " + STEPS + " steps: " + counts);
    refusals.forEach((why, times) -> System.out.println("    " + times + " " + why));
  }

  /** Null if it is so. */
  private static Failure play(
      List<Long> steps, Map<String, Integer> counts, Map<String, Integer> refusals) {
    int done = 0;
    List<String> script = List.of();
    try (RebuildHistory history = new RebuildHistory()) {
      script = history.script;
      for (long step : steps) {
        done++;
        history.step(step);
      }
      history.checkRebuilt();
      history.counts.forEach((what, times) -> counts.merge(what, times, Integer::sum));
      history.refusals.forEach((what, times) -> refusals.merge(what, times, Integer::sum));
      return null;
    } catch (Exception | AssertionError broken) {
      return new Failure(broken, done, script);
    }
  }

  private static void report(long seed, List<Long> steps, Failure failure) {
    List<Long> fewer = fewer(steps, failure);
    Failure last = play(fewer, new TreeMap<>(), new TreeMap<>());
    Failure told = last == null ? failure : last;
    throw new AssertionError(
        "broken by -D%s=%d: %s%nmade shorter, %d steps:%n%s"
            .formatted(
                SEED,
                seed,
                told.cause().getMessage(),
                fewer.size(),
                String.join("\n", told.script())),
        told.cause());
  }

  /** Leaves steps out, in ever smaller pieces, as long as what is left still fails. */
  private static List<Long> fewer(List<Long> failing, Failure failure) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SHRINK_SECONDS);
    List<Long> steps = failing;
    for (int piece = Math.max(1, steps.size() / 2); piece >= 1; piece /= 2) {
      for (int start = 0; start + piece <= steps.size() && System.nanoTime() < end; ) {
        List<Long> fewer = new ArrayList<>(steps.subList(0, start));
        fewer.addAll(steps.subList(start + piece, steps.size()));
        Failure found = play(fewer, new TreeMap<>(), new TreeMap<>());
        if (found != null && found.cause().getClass() == failure.cause().getClass()) {
          steps = fewer;
        } else {
          start += piece;
        }
      }
    }
    return steps;
  }
}
