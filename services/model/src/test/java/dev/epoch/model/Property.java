package dev.epoch.model;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A law tried on many random cases. A case that breaks it is made smaller while it still breaks it,
 * and reported with its seed; {@code -Depoch.test.seed=N} begins with that case.
 */
public final class Property {
  private static final String SEED = "epoch.test.seed";
  private static final int MAX_SHRINKS = 5000;
  private static final int MAX_SHOWN = 4000;

  private Property() {}

  /**
   * @param trials number of cases
   * @param generator makes a case of random numbers
   * @param smaller cases that are a little smaller, best first; none at the end
   * @param law throws if the case breaks it
   */
  public static <T> void holds(
      int trials, Function<Random, T> generator, Function<T, List<T>> smaller, Consumer<T> law) {
    Long only = Long.getLong(SEED);
    long start = only == null ? System.nanoTime() : only;
    System.out.println(test() + ": " + trials + " cases, -D" + SEED + "=" + start);
    for (int i = 0; i < trials; i++) {
      long seed = start + i;
      T example = generator.apply(new Random(seed * 0x9E3779B97F4A7C15L));
      Throwable failure = failure(law, example);
      if (failure != null) {
        report(seed, shrunk(example, smaller, law), law);
      }
    }
  }

  private static String test() {
    return StackWalker.getInstance()
        .walk(frames ->
            frames
                .filter(frame -> !frame.getClassName().equals(Property.class.getName()))
                .filter(frame -> !frame.getMethodName().equals("always"))
                .findFirst()
                .map(frame ->
                    frame.getClassName().replaceAll(".*\\.", "") + "." + frame.getMethodName())
                .orElse("property"));
  }

  private static <T> T shrunk(T failing, Function<T, List<T>> smaller, Consumer<T> law) {
    T smallest = failing;
    int budget = MAX_SHRINKS;
    boolean found = true;
    while (found && budget > 0) {
      found = false;
      for (T candidate : smaller.apply(smallest)) {
        if (budget-- > 0 && failure(law, candidate) != null) {
          smallest = candidate;
          found = true;
          break;
        }
      }
    }
    return smallest;
  }

  private static <T> Throwable failure(Consumer<T> law, T example) {
    try {
      law.accept(example);
      return null;
    } catch (RuntimeException | AssertionError e) {
      return e;
    }
  }

  private static <T> void report(long seed, T smallest, Consumer<T> law) {
    Throwable failure = failure(law, smallest);
    String text = String.valueOf(smallest);
    String shown = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
    throw new AssertionError(
        "broken by -D%s=%d, made smaller: %s%n%s"
            .formatted(SEED, seed, shown, failure.getMessage()),
        failure);
  }
}
