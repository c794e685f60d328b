package dev.epoch.storage.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random histories of writes, commits, branches, merges and reverts, against a model. A failing one
 * is made smaller before it is reported. {@code -Depoch.storage.seed=...} runs one again.
 */
class StorageHistoryTest {
  private static final int LENGTH = 40;
  private static final int SMALLER_TRIES = 150;

  @Test
  void agreesWithTheModel() {
    Long seed = Long.getLong("epoch.storage.seed");
    if (seed != null) {
      run(seed);
    } else {
      histories(2);
    }
  }

  @Test
  @Tag("nightly")
  void agreesWithTheModelTensOfTimes() {
    histories(30);
  }

  @Test
  @Tag("long")
  void agreesWithTheModelForLong() {
    histories(Long.getLong("epoch.storage.histories", 300));
  }

  private static void histories(long count) {
    long first = Long.getLong("epoch.test.seed", System.nanoTime() % 1_000_000_000L);
    LongStream.range(first, first + count).forEach(StorageHistoryTest::run);
  }

  private static void run(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<HistoryAction> actions = HistoryAction.random(random, LENGTH);
    Throwable failure = failure(actions);
    if (failure == null) {
      return;
    }
    List<HistoryAction> smaller = shrink(actions);
    StringBuilder report = new StringBuilder("seed " + seed + ", -Depoch.storage.seed=" + seed);
    smaller.forEach(action -> report.append("\n  ").append(action));
    Throwable ofSmaller = failure(smaller);
    throw new AssertionError(report.toString(), ofSmaller == null ? failure : ofSmaller);
  }

  private static Throwable failure(List<HistoryAction> actions) {
    try (HistoryRun run = new HistoryRun()) {
      run.run(actions);
      return null;
    } catch (RuntimeException | AssertionError e) {
      return e;
    }
  }

  /** Leaves out ever smaller stretches as long as the history still fails. */
  private static List<HistoryAction> shrink(List<HistoryAction> actions) {
    List<HistoryAction> smallest = actions;
    int tries = 0;
    for (int stretch = actions.size() / 2; stretch >= 1; stretch /= 2) {
      for (int start = 0; start + stretch <= smallest.size() && tries < SMALLER_TRIES; ) {
        List<HistoryAction> candidate = new ArrayList<>(smallest.subList(0, start));
        candidate.addAll(smallest.subList(start + stretch, smallest.size()));
        tries++;
        if (failure(candidate) != null) {
          smallest = candidate;
        } else {
          start += stretch;
        }
      }
    }
    return smallest;
  }
}
