package dev.epoch.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Runs random histories; makes one that breaks a property as short as it finds. */
final class Histories {
  private final List<Long> seeds;
  private final int steps;

  Histories(List<Long> seeds, int steps) {
    this.seeds = seeds;
    this.steps = steps;
  }

  /** Checks every history at its end. */
  void check(Consumer<RandomHistory> property) {
    run(property, false);
  }

  void checkAfterEveryStep(Consumer<RandomHistory> property) {
    run(property, true);
  }

  private void run(Consumer<RandomHistory> property, boolean everyStep) {
    for (long seed : seeds) {
      List<Long> history = new SplittableRandom(seed).longs(steps).boxed().toList();
      Throwable failure = failure(history, property, everyStep);
      if (failure != null) {
        List<Long> shortest = shrink(history, property, everyStep);
        throw new AssertionError(
            "seed %d; %d steps remain:%n%s"
                .formatted(seed, shortest.size(), String.join("\n", told(shortest))),
            failure(shortest, property, everyStep));
      }
    }
  }

  /** Leaves out ever smaller parts as long as what remains fails too. */
  private static List<Long> shrink(
      List<Long> failing, Consumer<RandomHistory> property, boolean everyStep) {
    List<Long> shortest = failing;
    for (int part = failing.size() / 2; part > 0; part /= 2) {
      for (int from = 0; from + part <= shortest.size(); ) {
        List<Long> shorter = new ArrayList<>(shortest.subList(0, from));
        shorter.addAll(shortest.subList(from + part, shortest.size()));
        if (failure(shorter, property, everyStep) != null) {
          shortest = shorter;
        } else {
          from += part;
        }
      }
    }
    return shortest;
  }

  private static List<String> told(List<Long> steps) {
    RandomHistory history = new RandomHistory();
    try {
      steps.forEach(history::step);
    } catch (RuntimeException | AssertionError broken) {
      history.told().add("then " + broken);
    }
    return history.told();
  }

  private static Throwable failure(
      List<Long> steps, Consumer<RandomHistory> property, boolean everyStep) {
    RandomHistory history = new RandomHistory();
    try {
      for (long step : steps) {
        history.step(step);
        if (everyStep) {
          property.accept(history);
        }
      }
      property.accept(history);
      return null;
    } catch (RuntimeException | AssertionError broken) {
      return broken;
    }
  }
}
