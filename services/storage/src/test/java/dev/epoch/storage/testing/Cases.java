package dev.epoch.storage.testing;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Cases of one kind of which the gate tries some and the longer tiers all. */
public final class Cases {
  private static final boolean ALL = Boolean.getBoolean("epoch.test.allCases");

  private Cases() {}

  /** Every n-th case, the first among them; all with {@code -Depoch.test.allCases=true}. */
  public static <T> Stream<T> every(int n, Stream<T> cases) {
    List<T> all = cases.toList();
    return IntStream.range(0, all.size()).filter(i -> ALL || i % n == 0).mapToObj(all::get);
  }
}
