package dev.epoch.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random histories of applications, branches and merges on a real database, against a model in
 * plain maps. A failure prints its seed and the shortest list of steps that was found to fail;
 * {@code -Depoch.test.seed=N} runs it again.
 */
class RandomHistoryIT {
  private static final int STEPS = 60;

  @Test
  void everyHistoryIsAsTheModelSays() {
    run(
        Long.getLong("epoch.test.seed", System.nanoTime()),
        Integer.getInteger("epoch.histories", 2));
  }

  @Test
  @Tag("nightly")
  void tensOfHistoriesAreAsTheModelSays() {
    run(Long.getLong("epoch.test.seed", System.nanoTime()), 20);
  }

  @Test
  @Tag("long")
  void manyHistoriesAreAsTheModelSays() {
    run(Long.getLong("epoch.test.seed", System.nanoTime()), 100);
  }

  private static void run(long seed, int histories) {
    Random random = new Random(seed);
    int merges = 0;
    int conflicts = 0;
    int crossed = 0;
    for (int i = 0; i < histories; i++) {
      List<Long> steps = random.longs(STEPS).boxed().toList();
      try (RandomHistory history = new RandomHistory()) {
        play(history, steps);
        merges += history.merges;
        conflicts += history.conflicts;
        crossed += history.crossed;
      } catch (Throwable failure) {
        List<Long> shortest = shrunk(steps);
        throw new AssertionError(
            "seed " + seed + ", history " + i + ", steps " + shortest, failure);
      }
    }
    System.out.printf(
        "random histories: seed %d, %d histories of %d steps, %d merges, %d with conflicts, %d crosswise%n",
        seed, histories, STEPS, merges, conflicts, crossed);
  }

  private static void play(RandomHistory history, List<Long> steps) throws Exception {
    int done = 0;
    for (long step : steps) {
      history.step(step);
      if (++done % 5 == 0) {
        history.checkBranches();
      }
    }
    history.checkBranches();
    history.checkCommits(new Random(1));
    history.checkRebuild();
    history.checkBranches();
    history.checkCommits(new Random(2));
  }

  /** Leaves steps out, in ever smaller pieces, as long as what is left still fails. */
  private static List<Long> shrunk(List<Long> steps) {
    List<Long> failing = steps;
    for (int piece = steps.size() / 2; piece >= 1; piece /= 2) {
      for (int start = 0; start + piece <= failing.size(); ) {
        List<Long> fewer = new ArrayList<>(failing.subList(0, start));
        fewer.addAll(failing.subList(start + piece, failing.size()));
        if (fails(fewer)) {
          failing = fewer;
        } else {
          start += piece;
        }
      }
    }
    return failing;
  }

  private static boolean fails(List<Long> steps) {
    try (RandomHistory history = new RandomHistory()) {
      play(history, steps);
      return false;
    } catch (Throwable failure) {
      return true;
    }
  }
}
