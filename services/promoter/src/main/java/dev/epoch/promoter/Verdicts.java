package dev.epoch.promoter;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Who approved a commit, and who rejected it: the latest word of each actor. */
final class Verdicts {
  private final List<String> approvers;
  private final Map<String, Verdict> byActor = new HashMap<>();

  private record Verdict(String name, boolean approves, Instant time) {}

  /**
   * @param approvers names or ids of those who count; empty for all
   */
  Verdicts(List<String> approvers) {
    this.approvers = approvers;
  }

  void add(String actor, String name, boolean approves, Instant time) {
    String shown = name.isEmpty() ? actor : name;
    if (approvers.isEmpty() || approvers.contains(actor) || approvers.contains(shown)) {
      byActor.merge(
          actor,
          new Verdict(shown, approves, time),
          (one, other) -> other.time().isAfter(one.time()) ? other : one);
    }
  }

  boolean isEmpty() {
    return byActor.isEmpty();
  }

  /** Names of those whose word is this. */
  Set<String> named(boolean approves) {
    Set<String> named = new TreeSet<>();
    byActor.values().stream()
        .filter(verdict -> verdict.approves() == approves)
        .forEach(verdict -> named.add(verdict.name()));
    return named;
  }
}
