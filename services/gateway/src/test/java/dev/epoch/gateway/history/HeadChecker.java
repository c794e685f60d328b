package dev.epoch.gateway.history;

import dev.epoch.gateway.history.HeadOperation.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether every branch name of a history behaved like one register with compare-and-set
 * (linearizability after Herlihy and Wing, 1990).
 *
 * <p>Checking that in general is NP-complete (Gibbons and Korach, 1997). Here it is not: no value
 * comes twice, because a commit names its parents and a branch id is used once. So the writes of a
 * name have one possible order only, the chain, and each read belongs behind the write it saw:
 *
 * <pre>
 *   absent | create b1@c0 | b1@c1 | b1@c2 | delete: absent | create b2@c2 | ...
 *     r r       r            r r              r                r r
 *   step 0      1            2      3         4                5
 * </pre>
 *
 * Such an order explains the history if nothing in a later step had returned before something in an
 * earlier one was asked. One pass from left to right with the latest asking so far finds out. The
 * time is O(n log n) for sorting, O(n) else.
 */
public final class HeadChecker {
  private final HeadHistory history;
  private final Set<String> anomalies = new TreeSet<>();
  private final Map<String, String> nameOfHead = new HashMap<>();

  private HeadChecker(HeadHistory history) {
    this.history = history;
  }

  /** What is wrong, in words; empty if the history is linearizable and nothing is missing. */
  public static List<String> anomalies(HeadHistory history) {
    return new HeadChecker(history).check();
  }

  /** One state of a name: the write that led to it, and everything that saw it. */
  private static final class Step {
    final Head head;
    final List<HeadOperation> operations = new ArrayList<>();
    long earliestReturn = Long.MAX_VALUE;
    HeadOperation latestAsked;

    Step(Head head) {
      this.head = head;
    }

    void add(HeadOperation operation) {
      operations.add(operation);
      earliestReturn = Math.min(earliestReturn, operation.returned());
      if (latestAsked == null || operation.invoked() > latestAsked.invoked()) {
        latestAsked = operation;
      }
    }
  }

  private List<String> check() {
    Map<String, List<HeadOperation>> byName = new HashMap<>();
    history.initial().keySet().forEach(name -> byName.put(name, new ArrayList<>()));
    for (HeadOperation operation : history.operations()) {
      byName.computeIfAbsent(operation.name(), name -> new ArrayList<>()).add(operation);
      if (operation.returned() < operation.invoked()) {
        anomalies.add("operation " + operation.number() + " returned before it was asked");
      }
    }
    Map<String, List<Step>> chains = new HashMap<>();
    byName.forEach((name, operations) -> chains.put(name, chain(name, operations)));
    byName.forEach((name, operations) -> place(name, operations, chains.get(name)));
    chains.forEach(this::checkRealTime);
    chains.forEach(this::checkEnd);
    checkCommits();
    return List.copyOf(anomalies);
  }

  /** The writes of a name in the order of the log, each of which has to begin where one ended. */
  private List<Step> chain(String name, List<HeadOperation> operations) {
    Step last = new Step(history.initial().getOrDefault(name, Head.ABSENT));
    List<Step> chain = new ArrayList<>(List.of(last));
    claim(name, last.head);
    List<HeadOperation> writes =
        operations.stream()
            .filter(operation -> operation.kind() == Kind.WRITE)
            .sorted(Comparator.comparingLong(HeadOperation::position))
            .toList();
    Set<Head> seen = new HashSet<>(Set.of(last.head));
    for (HeadOperation write : writes) {
      Head before = last.head;
      if (write.expected() != null && !before.is(write.expected())) {
        anomalies.add(
            "%s: write %d won against %s, but %s came before it in the log"
                .formatted(name, write.number(), write.expected(), before));
      }
      boolean sameBranch =
          before.branch() == null
              || write.observed().branch() == null
              || before.branch().equals(write.observed().branch());
      if (!sameBranch) {
        anomalies.add(
            "%s: write %d brought another branch under a name in use: %s after %s"
                .formatted(name, write.number(), write.observed(), before));
      }
      if (write.observed().branch() != null && !seen.add(write.observed())) {
        anomalies.add(
            "%s: write %d set %s, which was set before"
                .formatted(name, write.number(), write.observed()));
      }
      last = new Step(write.observed());
      last.add(write);
      chain.add(last);
      claim(name, last.head);
    }
    return chain;
  }

  private void claim(String name, Head head) {
    if (head.branch() != null) {
      String other = nameOfHead.putIfAbsent(head.branch(), name);
      if (other != null && !other.equals(name)) {
        anomalies.add("branch " + head.branch() + " was made as " + other + " and as " + name);
      }
    }
  }

  /**
   * Puts what was read behind the write that it saw. A name can stand for the same several times:
   * no branch, or for who is not told branch ids the same commit. Who saw that is put into the
   * first such step that was not over before it asked; a later one would fit nobody better.
   */
  private void place(String name, List<HeadOperation> operations, List<Step> chain) {
    Map<Head, List<Integer>> places = new HashMap<>();
    for (int i = 0; i < chain.size(); i++) {
      Head head = chain.get(i).head;
      places.computeIfAbsent(head, key -> new LinkedList<>()).add(i);
      if (head.branch() != null) {
        places.computeIfAbsent(new Head(null, head.commit()), key -> new LinkedList<>()).add(i);
      }
    }
    long[] firstReturnAfter = new long[chain.size()];
    long earliest = Long.MAX_VALUE;
    for (int i = chain.size() - 1; i >= 0; i--) {
      firstReturnAfter[i] = earliest;
      earliest = Math.min(earliest, chain.get(i).earliestReturn);
    }
    PriorityQueue<Placed> placed =
        new PriorityQueue<>(Comparator.comparingLong(one -> one.operation.returned()));
    int floor = 0;
    for (HeadOperation operation : seeing(name, operations)) {
      List<Integer> candidates = places.get(operation.observed());
      if (candidates == null) {
        anomalies.add(unknown(name, operation));
        continue;
      }
      while (!placed.isEmpty() && placed.peek().operation.returned() < operation.invoked()) {
        floor = Math.max(floor, placed.remove().step);
      }
      // who is before this place in its list is so for all that asked later, too
      while (candidates.size() > 1
          && (candidates.getFirst() < floor
              || firstReturnAfter[candidates.getFirst()] < operation.invoked())) {
        candidates.removeFirst();
      }
      int step = candidates.getFirst();
      chain.get(step).add(operation);
      placed.add(new Placed(operation, step));
    }
  }

  private record Placed(HeadOperation operation, int step) {}

  private List<HeadOperation> seeing(String name, List<HeadOperation> operations) {
    List<HeadOperation> seeing = new ArrayList<>();
    for (HeadOperation operation : operations) {
      if (operation.kind() == Kind.WRITE || operation.observed() == null) {
        continue;
      }
      seeing.add(operation);
      if (operation.kind() == Kind.REFUSED && operation.observed().equals(operation.expected())) {
        anomalies.add(
            "%s: operation %d was refused although %s is what it expected"
                .formatted(name, operation.number(), operation.expected()));
      }
    }
    seeing.sort(Comparator.comparingLong(HeadOperation::invoked));
    return seeing;
  }

  private String unknown(String name, HeadOperation operation) {
    String owner = nameOfHead.get(operation.observed().branch());
    return "%s: operation %d saw %s, which %s"
        .formatted(
            name,
            operation.number(),
            operation.observed(),
            owner == null || owner.equals(name)
                ? "was never set by an answered operation"
                : "is a head of " + owner);
  }

  private void checkRealTime(String name, List<Step> chain) {
    HeadOperation latest = null;
    for (Step step : chain) {
      for (HeadOperation operation : step.operations) {
        boolean wrote = operation.kind() == Kind.WRITE;
        // reads of one step come after its write, and in any order among themselves
        HeadOperation before = wrote ? latest : later(latest, wroteOf(step));
        if (before != null && operation.returned() < before.invoked()) {
          anomalies.add(
              "%s: operation %d (%s %s) had returned before operation %d (%s %s), which comes before it, was asked"
                  .formatted(
                      name,
                      operation.number(),
                      operation.kind(),
                      operation.observed(),
                      before.number(),
                      before.kind(),
                      before.observed()));
        }
      }
      latest = later(latest, step.latestAsked);
    }
  }

  private static HeadOperation wroteOf(Step step) {
    HeadOperation first = step.operations.getFirst();
    return first.kind() == Kind.WRITE ? first : null;
  }

  private static HeadOperation later(HeadOperation one, HeadOperation other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.invoked() >= other.invoked() ? one : other;
  }

  private void checkEnd(String name, List<Step> chain) {
    Head last = chain.getLast().head;
    Head found = history.finally_().getOrDefault(name, Head.ABSENT);
    if (!last.is(found)) {
      anomalies.add("%s: the last answered write set %s, found is %s".formatted(name, last, found));
    }
  }

  /** Commits and answers match one to one. */
  private void checkCommits() {
    Map<Integer, HeadOperation> byNumber = new HashMap<>();
    for (HeadOperation operation : history.operations()) {
      if (byNumber.put(operation.number(), operation) != null) {
        anomalies.add("operation " + operation.number() + " is in the history twice");
      }
    }
    Set<Integer> made = new HashSet<>();
    history
        .commits()
        .forEach((id, commit) -> {
          HeadOperation operation = byNumber.get(commit.operation());
          if (operation == null || operation.kind() != Kind.WRITE) {
            anomalies.add(
                "commit %s is there, but operation %d was %s"
                    .formatted(
                        id, commit.operation(), operation == null ? "never asked" : "refused"));
          } else if (!id.equals(operation.observed().commit())) {
            anomalies.add(
                "commit %s says it is of operation %d, which was answered %s"
                    .formatted(id, commit.operation(), operation.observed()));
          } else if (!made.add(commit.operation())) {
            anomalies.add("operation " + commit.operation() + " made two commits");
          } else if (operation.expected() != null
              && !commit.parent().equals(operation.expected().commit())) {
            anomalies.add(
                "commit %s has parent %s, operation %d was told %s"
                    .formatted(id, commit.parent(), operation.number(), operation.expected()));
          }
        });
    Set<String> known = new HashSet<>(history.commits().keySet());
    history.initial().values().forEach(head -> known.add(head.commit()));
    for (HeadOperation operation : history.operations()) {
      String commit = operation.observed() == null ? null : operation.observed().commit();
      if (operation.kind() == Kind.WRITE && commit != null && !known.contains(commit)) {
        anomalies.add(
            "commit %s was acknowledged to operation %d and is missing"
                .formatted(commit, operation.number()));
      }
    }
  }
}
