package dev.epoch.qa.trial;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the clients of a trial know for sure: every commit with its rows, and, for the live tables,
 * the versions that each client gave its own rows. A version is what one transaction left behind.
 */
final class Model {
  static final String MAIN = "main";
  static final List<String> TABLES =
      Stream.concat(
              Stream.of("t", "u", "w", "f"), Shape.TABLES.stream().map(altered -> altered.table()))
          .toList();

  private final Map<String, Commit> commits = new ConcurrentHashMap<>();
  private final Map<Integer, LiveRows> live = new ConcurrentHashMap<>();
  private final Map<String, String> messages = new ConcurrentHashMap<>();
  private final Set<String> onMain = ConcurrentHashMap.newKeySet();

  private final Set<String> unnamed = ConcurrentHashMap.newKeySet();
  private final Set<String> stashes = ConcurrentHashMap.newKeySet();
  private final Map<String, String> tags = new ConcurrentHashMap<>();

  /** A commit as it was first seen. */
  record Commit(String id, List<String> parents, Rows rows) {}

  Model(int clients, Rows start) {
    for (int client = 1; client <= clients; client++) {
      live.put(client, new LiveRows(start.of(client)));
    }
  }

  /** What one transaction of a client reaches. */
  enum Place {
    FIRST,
    SECOND,
    FILE
  }

  static Place placeOf(String table) {
    Shape.Altered altered = Shape.of(table);
    if (altered != null) {
      return altered.first() ? Place.FIRST : Place.SECOND;
    }
    return switch (table) {
      case "w" -> Place.SECOND;
      case "f" -> Place.FILE;
      default -> Place.FIRST;
    };
  }

  LiveRows live(int client) {
    return live.get(client);
  }

  Commit commit(String id) {
    return commits.get(id);
  }

  Map<String, Commit> commits() {
    return commits;
  }

  /**
   * The commit of an id; if it is new, it is learnt, and before it those of its ancestors that are
   * new: others may have made them just now.
   */
  Commit learn(String id, Function<String, Commit> reader) {
    Commit known = commits.get(id);
    if (known == null) {
      known = reader.apply(id);
      known.parents().forEach(parent -> learn(parent, reader));
      learn(known);
    }
    return known;
  }

  void learn(Commit commit) {
    Commit known = commits.putIfAbsent(commit.id(), commit);
    if (known != null && !known.equals(commit)) {
      throw new AssertionError(
          "commit " + commit.id() + " reads otherwise:\n" + known + "\n" + commit);
    }
  }

  /** Notes that a command with this message was answered with a commit. */
  void acknowledged(String message, String commit) {
    String known = messages.put(message, commit);
    if (known != null && !known.equals(commit)) {
      throw new AssertionError(message + " was answered with two commits");
    }
  }

  /** Notes a commit that has another message than the key of its command. */
  void unnamed(Commit commit) {
    learn(commit);
    unnamed.add(commit.id());
  }

  boolean isUnnamed(String commit) {
    return unnamed.contains(commit);
  }

  /** The commits of stashes that are there, of branches that are gone too. */
  Set<String> stashes() {
    return stashes;
  }

  /** The commits of tags by their names. */
  Map<String, String> tags() {
    return tags;
  }

  /** The latest commits of a first-parent line that change rows, the latest first. */
  List<Commit> latest(String head, int most) {
    List<Commit> found = new ArrayList<>();
    Commit commit = commits.get(head);
    while (found.size() < most && !commit.parents().isEmpty()) {
      Commit parent = commits.get(commit.parents().getFirst());
      if (!parent.rows().equals(Rows.NONE)) {
        found.add(commit);
      }
      commit = parent;
    }
    return found;
  }

  /** Notes a commit that main had as its head: it stays in main's history. */
  void acknowledgedOnMain(String commit) {
    onMain.add(commit);
  }

  Set<String> acknowledgedOnMain() {
    return onMain;
  }

  /** The acknowledged commits by their messages. */
  Map<String, String> acknowledged() {
    return messages;
  }

  /** The commit and all its ancestors. */
  Set<String> history(String id) {
    Set<String> seen = new HashSet<>();
    List<String> next = new ArrayList<>(List.of(id));
    while (!next.isEmpty()) {
      String each = next.removeLast();
      Commit commit = commits.get(each);
      if (commit != null && seen.add(each)) {
        next.addAll(commit.parents());
      }
    }
    return seen;
  }

  /** The best common ancestors of two commits; more than one where histories cross. */
  List<String> bases(String ours, String theirs) {
    Set<String> common = history(ours);
    common.retainAll(history(theirs));
    Set<String> lesser = new HashSet<>();
    for (String each : common) {
      for (String parent : commits.get(each).parents()) {
        lesser.addAll(history(parent));
      }
    }
    return common.stream().filter(each -> !lesser.contains(each)).toList();
  }

  boolean isAncestor(String ancestor, String descendant) {
    return history(descendant).contains(ancestor);
  }
}
