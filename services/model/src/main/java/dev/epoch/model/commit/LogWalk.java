package dev.epoch.model.commit;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The commits of a log, one by one: never a parent before one of its children, otherwise the latest
 * first ({@code git log --date-order}).
 *
 * <p>Lazy: the first page of a long history costs a page. Three walks run side by side, each no
 * further than the next answer needs:
 *
 * <pre>
 *   excluded   by falling generation: marks what the excluded heads have
 *   counting   by falling generation: counts for each commit its children in the log
 *   ready      by falling time: commits all of whose children were given out
 * </pre>
 *
 * Before a commit of generation g is given out, the first two have gone down to g; no child of it
 * and no excluded descendant can come later.
 *
 * <p>Source: the incremental topological walk in git's revision.c ({@code --topo-order} with a
 * commit graph).
 */
public final class LogWalk implements Iterable<CommitId> {
  private final CommitGraph graph;
  private final Set<CommitId> heads;
  private final Set<CommitId> excluded;
  private final boolean firstParent;
  private final long limit;

  private LogWalk(
      CommitGraph graph,
      Set<CommitId> heads,
      Set<CommitId> excluded,
      boolean firstParent,
      long limit) {
    this.graph = graph;
    this.heads = heads;
    this.excluded = excluded;
    this.firstParent = firstParent;
    this.limit = limit;
  }

  static LogWalk from(CommitGraph graph, Collection<CommitId> heads) {
    return new LogWalk(graph, Set.copyOf(heads), Set.of(), false, Long.MAX_VALUE);
  }

  /** Without these commits and all that they descend from. */
  public LogWalk excluding(Collection<CommitId> commits) {
    return new LogWalk(graph, heads, Set.copyOf(commits), firstParent, limit);
  }

  /**
   * Following only the first parent of each commit. What is excluded is excluded with all parents.
   */
  public LogWalk firstParent() {
    return new LogWalk(graph, heads, excluded, true, limit);
  }

  /** At most so many commits. */
  public LogWalk limit(long count) {
    return new LogWalk(graph, heads, excluded, firstParent, count);
  }

  @Override
  public Iterator<CommitId> iterator() {
    return new Walk();
  }

  private final class Walk implements Iterator<CommitId> {
    private final Reach exclusion = new Reach(excluded, false);
    private final Counting counting = new Counting();
    private final PriorityQueue<CommitId> ready =
        new PriorityQueue<>(
            Comparator.comparing(graph::time, Comparator.reverseOrder())
                .thenComparing(Ancestry.newestFirst(graph)));
    private final Deque<CommitId> found = new ArrayDeque<>(1);
    private long left = limit;

    Walk() {
      int lowest = heads.stream().mapToInt(graph::generation).min().orElse(0);
      counting.downTo(lowest);
      for (CommitId head : heads) {
        if (counting.children(head) == 0) {
          ready.add(head);
        }
      }
    }

    @Override
    public boolean hasNext() {
      while (left > 0 && found.isEmpty() && !ready.isEmpty()) {
        CommitId commit = ready.remove();
        if (exclusion.reaches(commit)) {
          continue;
        }
        for (CommitId parent : followed(commit)) {
          counting.downTo(graph.generation(parent));
          if (counting.given(parent) == 0) {
            ready.add(parent);
          }
        }
        found.add(commit);
        left--;
      }
      return !found.isEmpty();
    }

    @Override
    public CommitId next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return found.remove();
    }
  }

  private List<CommitId> followed(CommitId commit) {
    List<CommitId> parents = graph.parents(commit);
    return firstParent && parents.size() > 1 ? parents.subList(0, 1) : parents;
  }

  /** Visits what some commits reach, by falling generation, no deeper than asked. */
  private class Reach {
    final Set<CommitId> met;
    final PriorityQueue<CommitId> queue = new PriorityQueue<>(Ancestry.newestFirst(graph));
    final boolean asLogged;

    Reach(Collection<CommitId> starts, boolean asLogged) {
      this.asLogged = asLogged;
      met = new HashSet<>(starts);
      queue.addAll(met);
    }

    boolean reaches(CommitId commit) {
      downTo(graph.generation(commit));
      return met.contains(commit);
    }

    /** Afterwards every commit of this or a greater generation that is reached has been met. */
    void downTo(int generation) {
      while (!queue.isEmpty() && graph.generation(queue.peek()) > generation) {
        CommitId commit = queue.remove();
        for (CommitId parent : asLogged ? followed(commit) : graph.parents(commit)) {
          edge(parent);
          if (met.add(parent)) {
            queue.add(parent);
          }
        }
      }
    }

    void edge(CommitId parent) {}
  }

  /** Counts the children of each commit. */
  private final class Counting extends Reach {
    final Map<CommitId, Integer> children = new HashMap<>();

    Counting() {
      super(heads, true);
    }

    int children(CommitId commit) {
      return children.getOrDefault(commit, 0);
    }

    /** One child was given out; how many are left. */
    int given(CommitId commit) {
      return children.merge(commit, -1, Integer::sum);
    }

    @Override
    void edge(CommitId parent) {
      children.merge(parent, 1, Integer::sum);
    }
  }
}
