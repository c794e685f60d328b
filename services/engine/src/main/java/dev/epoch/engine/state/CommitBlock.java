package dev.epoch.engine.state;

import dev.epoch.events.Actor;
import dev.epoch.events.table.TableEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Whole commits that follow each other, as snapshots have them: each entry of a table once, and
 * trees only where the first parent is not among the commits.
 *
 * @param entries of tables
 * @param trees of commits whose first parent is elsewhere, by id: places in {@code entries}
 * @param commits in the order of their numbers
 * @param records of schemas, each once
 * @param schemas by id of the commit: places in {@code records}
 */
record CommitBlock(
    List<TableEntry> entries,
    Map<String, List<Integer>> trees,
    List<Commit> commits,
    List<CommitSchema> records,
    Map<String, Integer> schemas) {

  /**
   * A commit without its tree.
   *
   * @param changed places in the entries
   */
  record Commit(
      String id,
      List<String> parents,
      Actor author,
      Actor committer,
      String message,
      Instant time,
      int generation,
      long position,
      List<Integer> changed,
      List<String> removed) {}

  static CommitBlock of(List<CommitState> commits) {
    return of(new CommitSegment(commits, Map.of()));
  }

  static CommitBlock of(CommitSegment segment) {
    Map<TableEntry, Integer> places = new LinkedHashMap<>();
    Map<String, List<Integer>> trees = new LinkedHashMap<>();
    List<Commit> written = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (CommitState commit : segment.commits()) {
      if (!commit.root() && !known.contains(commit.parents().getFirst())) {
        trees.put(commit.id(), commit.tree().values().stream().map(e -> place(places, e)).toList());
      }
      known.add(commit.id());
      written.add(
          new Commit(
              commit.id(),
              commit.parents(),
              commit.author(),
              commit.committer(),
              commit.message(),
              commit.time(),
              commit.generation(),
              commit.position(),
              commit.changed().stream().map(entry -> place(places, entry)).toList(),
              commit.removed()));
    }
    Map<CommitSchema, Integer> records = new LinkedHashMap<>();
    Map<String, Integer> schemas = new TreeMap<>();
    new TreeMap<>(segment.schemas())
        .forEach((commit, schema) ->
            schemas.put(commit, records.computeIfAbsent(schema, _ -> records.size())));
    return new CommitBlock(
        List.copyOf(places.keySet()), trees, written, List.copyOf(records.keySet()), schemas);
  }

  /** The commits with their trees, and what is recorded of their schemas. */
  CommitSegment segment() {
    Map<String, CommitSchema> told = new HashMap<>();
    schemas.forEach((commit, place) -> told.put(commit, records.get(place)));
    return new CommitSegment(whole(), told);
  }

  private static int place(Map<TableEntry, Integer> places, TableEntry entry) {
    return places.computeIfAbsent(entry, missing -> places.size());
  }

  /** The commits with their trees, which share structure. */
  List<CommitState> whole() {
    Map<String, CommitState> known = new HashMap<>();
    List<CommitState> whole = new ArrayList<>();
    for (Commit commit : commits) {
      List<TableEntry> changed = commit.changed().stream().map(entries::get).toList();
      CommitState state =
          new CommitState(
              commit.id(),
              commit.parents(),
              commit.author(),
              commit.committer(),
              commit.message(),
              commit.time(),
              commit.generation(),
              commit.position(),
              changed,
              commit.removed(),
              tree(commit, changed, known));
      known.put(commit.id(), state);
      whole.add(state);
    }
    return whole;
  }

  private PMap<String, TableEntry> tree(
      Commit commit, List<TableEntry> changed, Map<String, CommitState> known) {
    PMap<String, TableEntry> tree = HashTreePMap.empty();
    List<Integer> own = trees.get(commit.id());
    if (own != null) {
      for (int place : own) {
        tree = tree.plus(entries.get(place).name(), entries.get(place));
      }
      return tree;
    }
    if (!commit.parents().isEmpty()) {
      tree = known.get(commit.parents().getFirst()).tree().minusAll(commit.removed());
    }
    for (TableEntry entry : changed) {
      tree = tree.plus(entry.name(), entry);
    }
    return tree;
  }
}
