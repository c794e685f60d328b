package dev.epoch.model.commit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A commit graph whose commits have names; each is a second later than the one before. */
final class TestGraph implements CommitGraph {
  private record Node(List<CommitId> parents, int generation, Instant time) {}

  private final Map<CommitId, Node> nodes = new LinkedHashMap<>();
  private final Map<String, CommitId> ids = new LinkedHashMap<>();
  private final Map<CommitId, String> names = new LinkedHashMap<>();

  /** Counts questions about parents: what a walk visited. */
  int visits;

  TestGraph commit(String name, String... parents) {
    return commit(name, ids.size() * 1000L, parents);
  }

  TestGraph commit(String name, long millis, String... parents) {
    CommitId id = new CommitId("%064x".formatted(ids.size() + 1));
    List<CommitId> of = Arrays.stream(parents).map(this::id).toList();
    int generation = of.stream().mapToInt(p -> nodes.get(p).generation + 1).max().orElse(0);
    nodes.put(id, new Node(of, generation, Instant.ofEpochMilli(millis)));
    ids.put(name, id);
    names.put(id, name);
    return this;
  }

  CommitId id(String name) {
    return ids.get(name);
  }

  String name(CommitId id) {
    return names.get(id);
  }

  List<String> names(Iterable<CommitId> commits) {
    List<String> result = new ArrayList<>();
    commits.forEach(id -> result.add(names.get(id)));
    return result;
  }

  List<CommitId> all() {
    return List.copyOf(nodes.keySet());
  }

  /** Everything a commit reaches, itself included, found the simplest way. */
  Set<CommitId> history(CommitId commit) {
    Set<CommitId> history = new LinkedHashSet<>(Set.of(commit));
    nodes.get(commit).parents().forEach(parent -> history.addAll(history(parent)));
    return history;
  }

  Stream<CommitId> children(CommitId commit) {
    return nodes.keySet().stream().filter(id -> nodes.get(id).parents().contains(commit));
  }

  @Override
  public List<CommitId> parents(CommitId commit) {
    visits++;
    return nodes.get(commit).parents();
  }

  @Override
  public int number(CommitId commit) {
    return Integer.parseInt(commit.hex(), 16) - 1;
  }

  @Override
  public CommitId commit(int number) {
    return new CommitId("%064x".formatted(number + 1));
  }

  @Override
  public int[] parents(int number) {
    visits++;
    return nodes.get(commit(number)).parents().stream().mapToInt(this::number).toArray();
  }

  @Override
  public int generation(CommitId commit) {
    return nodes.get(commit).generation();
  }

  @Override
  public Instant time(CommitId commit) {
    return nodes.get(commit).time();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    names.forEach((id, name) ->
        text.append(name)
            .append(names(nodes.get(id).parents()))
            .append('@')
            .append(nodes.get(id).time().toEpochMilli())
            .append(' '));
    return text.toString();
  }
}
