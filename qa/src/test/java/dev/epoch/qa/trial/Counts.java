package dev.epoch.qa.trial;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** What a trial counts, by name. */
final class Counts {
  private final Map<String, AtomicLong> byName = new ConcurrentHashMap<>();

  void add(String name) {
    add(name, 1);
  }

  void add(String name, long number) {
    byName.computeIfAbsent(name, key -> new AtomicLong()).addAndGet(number);
  }

  long get(String name) {
    AtomicLong count = byName.get(name);
    return count == null ? 0 : count.get();
  }

  @Override
  public String toString() {
    return new TreeMap<>(byName)
        .entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
  }
}
