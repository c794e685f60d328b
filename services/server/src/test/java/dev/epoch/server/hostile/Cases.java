package dev.epoch.server.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How many cases a run has, and the random numbers they come from. Case {@code n} of a seed is the
 * same whatever the cases before it were: {@code -Depoch.test.seed=S -Depoch.test.first=n
 * -Depoch.test.cases=1} repeats it alone.
 */
final class Cases {
  /** What one case does; says how it ended, for the counts. */
  interface Case {
    String run(Random random, int number) throws Exception;
  }

  /** More than these are hardly more faults. */
  private static final int MOST_FAILURES = 10;

  private final String trial;
  private final long seed = Long.getLong("epoch.test.seed", System.nanoTime());
  private final int first = Integer.getInteger("epoch.test.first", 0);
  private final int count;

  Cases(String trial, int usual) {
    this.trial = trial;
    this.count = Integer.getInteger("epoch.test.cases", usual);
  }

  /** Runs all cases, then prints seed and counts. A failure names its case. */
  void run(Case one, Supplier<String> facts) {
    Map<String, Integer> counts = new TreeMap<>();
    List<String> failures = new ArrayList<>();
    System.out.println(trial + ": -Depoch.test.seed=" + seed);
    for (int number = first; number < first + count; number++) {
      try {
        counts.merge(one.run(new Random(seed * 1_000_003 + number), number), 1, Integer::sum);
      } catch (Exception | AssertionError failure) {
        String message =
            "%s, case %d: -Depoch.test.seed=%d -Depoch.test.first=%d -Depoch.test.cases=1: %s"
                .formatted(trial, number, seed, number, plain(failure));
        System.out.println(message);
        failures.add(message);
        if (failures.size() == MOST_FAILURES) {
          break;
        }
      }
    }
    System.out.println(
        "%s: %d cases, -Depoch.test.seed=%d, %s %s"
            .formatted(trial, count, seed, counts, facts.get()));
    assertThat(failures).isEmpty();
  }

  /** What failed and where, without characters that a terminal would obey. */
  private static String plain(Throwable failure) {
    String where =
        Stream.of(failure.getStackTrace())
            .filter(frame -> frame.getClassName().startsWith(Cases.class.getPackageName()))
            .limit(4)
            .map(StackTraceElement::toString)
            .collect(Collectors.joining(", "));
    StringBuilder plain = new StringBuilder();
    (failure.getMessage() + " at " + where)
        .chars()
        .forEach(c -> {
          if (c >= ' ' && c < 127 || c == '\n') {
            plain.append((char) c);
          } else {
            plain.append("\\u%04x".formatted(c));
          }
        });
    return plain.toString();
  }
}
