package dev.epoch.promoter;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What was read of commits, which do not change, and what was settled: asked once, however often
 * everything is looked at. May be used by several threads; forgets what was not asked for longest.
 */
public final class Known {
  private static final int MOST = 2_000;

  private final Map<String, Once<Divergence>> divergences = limited();
  private final Map<String, Once<Facts.Changes>> changes = limited();
  private final Map<String, String> settled = limited();

  /** How far apart two commits are; base is null if they have nothing in common. */
  record Divergence(long ahead, String base) {}

  private static <T> Map<String, T> limited() {
    return Collections.synchronizedMap(
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
            return size() > MOST;
          }
        });
  }

  Divergence divergence(String source, String target, Supplier<Divergence> read) {
    return get(divergences, source + " " + target, read);
  }

  Facts.Changes changes(String base, String target, Supplier<Facts.Changes> read) {
    return get(changes, base + " " + target, read);
  }

  /** Those who ask for the same at once wait for one answer. */
  private static <T> T get(Map<String, Once<T>> from, String key, Supplier<T> read) {
    return from.computeIfAbsent(key, _ -> new Once<>()).get(read);
  }

  /** Whether there is nothing left to say of these heads. */
  boolean isSettled(Environment environment, String source, String target) {
    return (source + " " + target).equals(settled.get(environment.name()));
  }

  void settle(Environment environment, String source, String target) {
    settled.put(environment.name(), source + " " + target);
  }
}
