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
 * The laws of versioning on a real database: random tables, one more whose schema changes, and
 * histories of applications, branches, commits and merges on them. The gate plays histories that
 * are known, longer runs play others. A case that breaks a law is made smaller, fewer steps first,
 * then tables, constraints, columns and keys, and told with its seed; {@code -Depoch.test.seed=N}
 * begins with that case, {@code -Depoch.test.histories=N} says how many, {@code
 * -Depoch.test.shrink=N} for how many seconds to look for a smaller case.
 */
class DatabaseLawsIT {
  private static final String SEED = "epoch.test.seed";
  private static final int STEPS = 30;
  private static final int CHECK_EVERY = 8;
  private static final long SHRINK_SECONDS = Integer.getInteger("epoch.test.shrink", 180);

  /** A database and what happens to it. */
  private record Case(RandomDatabase shape, List<Long> steps) {
    static Case of(long seed) {
      Random random = new Random(seed * 0x9E3779B97F4A7C15L);
      return new Case(RandomDatabase.of(random), random.longs(STEPS).boxed().toList());
    }
  }

  /** A law that a case breaks. */
  private record Failure(Throwable cause, int steps, List<String> script) {}

  @Test
  void everyHistoryKeepsTheLaws() {
    run(Integer.getInteger("epoch.test.histories", 3), Long.getLong(SEED, 2001));
  }

  @Test
  @Tag("nightly")
  void tensOfHistoriesKeepTheLaws() {
    run(Integer.getInteger("epoch.test.histories", 40), Long.getLong(SEED, System.nanoTime()));
  }

  @Test
  @Tag("long")
  void manyHistoriesKeepTheLaws() {
    run(Integer.getInteger("epoch.test.histories", 1_000), Long.getLong(SEED, System.nanoTime()));
  }

  private static void run(int histories, long start) {
    System.out.println("laws of versioning: " + histories + " histories, -D" + SEED + "=" + start);
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < histories; i++) {
      Case example = Case.of(start + i);
      Failure failure = play(example, counts);
      if (failure != null) {
        report(start + i, example, failure);
      }
    }
    System.out.println("  " + histories + " histories of " + STEPS + " steps: " + counts);
  }

  /** Null if the case keeps the laws. */
  private static Failure play(Case example, Map<String, Integer> counts) {
    int done = 0;
    List<String> script = List.of();
    try (DatabaseHistory history = new DatabaseHistory(example.shape())) {
      script = history.script;
      for (long step : example.steps()) {
        done++;
        history.step(step);
        if (done % CHECK_EVERY == 0) {
          history.checkBranches();
        }
      }
      history.checkBranches();
      history.checkCommits(new Random(1));
      history.checkRebuild();
      history.checkBranches();
      history.checkCommits(new Random(2));
      history.counts.forEach((what, times) -> counts.merge(what, times, Integer::sum));
      return null;
    } catch (Exception | AssertionError broken) {
      return new Failure(broken, done, script);
    }
  }

  private static void report(long seed, Case example, Failure failure) {
    Case first = new Case(example.shape(), example.steps().subList(0, failure.steps()));
    Case smallest = shrunk(first);
    Failure last = play(smallest, new TreeMap<>());
    Failure told = last == null ? failure : last;
    throw new AssertionError(
        "broken by -D%s=%d: %s%nmade smaller, %d steps:%n%s;%n%s"
            .formatted(
                SEED,
                seed,
                told.cause().getMessage(),
                smallest.steps().size(),
                String.join(";\n", smallest.shape().statements()),
                String.join("\n", told.script())),
        told.cause());
  }

  private static Case shrunk(Case failing) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SHRINK_SECONDS);
    Case smallest = failing;
    boolean found = true;
    while (found && System.nanoTime() < end) {
      Case fewer = fewerSteps(smallest, end);
      Case simpler = simplerTables(fewer, end);
      found = !simpler.equals(smallest);
      smallest = simpler;
    }
    return smallest;
  }

  /** Leaves steps out, in ever smaller pieces, as long as what is left still fails. */
  private static Case fewerSteps(Case failing, long end) {
    List<Long> steps = failing.steps();
    for (int piece = Math.max(1, steps.size() / 2); piece >= 1; piece /= 2) {
      for (int start = 0; start + piece <= steps.size() && System.nanoTime() < end; ) {
        List<Long> fewer = new ArrayList<>(steps.subList(0, start));
        fewer.addAll(steps.subList(start + piece, steps.size()));
        if (play(new Case(failing.shape(), fewer), new TreeMap<>()) != null) {
          steps = fewer;
        } else {
          start += piece;
        }
      }
    }
    return new Case(failing.shape(), List.copyOf(steps));
  }

  private static Case simplerTables(Case failing, long end) {
    Case smallest = failing;
    boolean found = true;
    while (found) {
      found = false;
      for (RandomDatabase shape : smallest.shape().smaller()) {
        Case candidate = new Case(shape, smallest.steps());
        if (System.nanoTime() < end && play(candidate, new TreeMap<>()) != null) {
          smallest = candidate;
          found = true;
          break;
        }
      }
    }
    return smallest;
  }
}
