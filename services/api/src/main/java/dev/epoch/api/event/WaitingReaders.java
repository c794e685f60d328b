package dev.epoch.api.event;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;

/**
 * Readers that wait for an event, by the types and the names of branches that they want: an event
 * that nobody wants costs two look-ups, however many wait. Guarded by its tail's lock.
 *
 * @param <R> a reader, compared by identity
 */
final class WaitingReaders<R> {
  /** In place of a type or a branch: all of them, or some by a pattern. */
  private static final String ANY = "";

  private final Map<String, Map<String, Set<R>>> byTypeAndBranch = new HashMap<>();

  void add(R reader, EventFilter filter) {
    each(
        filter,
        (type, branch) ->
            byTypeAndBranch
                .computeIfAbsent(type, _ -> new HashMap<>())
                .computeIfAbsent(branch, _ -> new LinkedHashSet<>())
                .add(reader));
  }

  void remove(R reader, EventFilter filter) {
    each(
        filter,
        (type, branch) ->
            byTypeAndBranch.computeIfPresent(
                type, (_, byBranch) -> without(reader, branch, byBranch)));
  }

  private static <R> Map<String, Set<R>> without(
      R reader, String branch, Map<String, Set<R>> byBranch) {
    byBranch.computeIfPresent(
        branch, (_, readers) -> readers.remove(reader) && readers.isEmpty() ? null : readers);
    return byBranch.isEmpty() ? null : byBranch;
  }

  /** Those that may want the event, and do. */
  List<R> wanting(LogEvent event, BiPredicate<R, LogEvent> wants) {
    List<R> wanting = new ArrayList<>();
    for (String type : List.of(event.type(), ANY)) {
      Map<String, Set<R>> byBranch = byTypeAndBranch.getOrDefault(type, Map.of());
      addWanting(wanting, byBranch.get(ANY), event, wants);
      if (byBranch.size() > (byBranch.containsKey(ANY) ? 1 : 0)) {
        event
            .branch()
            .filter(name -> !name.equals(ANY))
            .ifPresent(name -> addWanting(wanting, byBranch.get(name), event, wants));
      }
    }
    return wanting;
  }

  private static <R> void addWanting(
      List<R> wanting, Set<R> readers, LogEvent event, BiPredicate<R, LogEvent> wants) {
    if (readers != null) {
      readers.stream().filter(reader -> wants.test(reader, event)).forEach(wanting::add);
    }
  }

  List<R> all() {
    return byTypeAndBranch.values().stream()
        .flatMap(byBranch -> byBranch.values().stream())
        .flatMap(Set::stream)
        .distinct()
        .toList();
  }

  private static void each(EventFilter filter, BiConsumer<String, String> place) {
    Set<String> types = filter.types().isEmpty() ? Set.of(ANY) : filter.types();
    Set<String> branches =
        filter.branches().isEmpty() || filter.branches().stream().anyMatch(WaitingReaders::several)
            ? Set.of(ANY)
            : new LinkedHashSet<>(filter.branches());
    types.forEach(type -> branches.forEach(branch -> place.accept(type, branch)));
  }

  private static boolean several(String pattern) {
    return pattern.isEmpty() || pattern.indexOf('*') >= 0 || pattern.indexOf('?') >= 0;
  }
}
