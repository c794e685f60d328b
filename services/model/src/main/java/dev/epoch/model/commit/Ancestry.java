package dev.epoch.model.commit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Questions about who descends from whom.
 *
 * <p>All of them walk from the heads towards the past in the order of falling generation numbers. A
 * commit is thus met only after every descendant of it that the walk will meet at all, so what is
 * known about it then is final, and the walk stops as soon as nothing undecided is left: the cost
 * is that of the commits above the answer, not of the history.
 *
 * <p>Source: {@code paint_down_to_common} in git's commit-reach.c, and Derrick Stolee's <a
 * href="https://devblogs.microsoft.com/devops/supercharging-the-git-commit-graph-iii-generations/">generation
 * numbers</a>.
 */
public final class Ancestry {
  private static final int LEFT = 1;
  private static final int RIGHT = 2;
  private static final int BOTH = LEFT | RIGHT;
  private static final int STALE = 4;

  private final CommitGraph graph;

  public Ancestry(CommitGraph graph) {
    this.graph = graph;
  }

  /** Whether {@code ancestor} is {@code descendant} or is reached from it through parents. */
  public boolean isAncestor(CommitId ancestor, CommitId descendant) {
    return isAncestorOfAny(ancestor, List.of(descendant));
  }

  /** As {@link #isAncestor}, of one of these at least; the histories they share are walked once. */
  public boolean isAncestorOfAny(CommitId ancestor, Collection<CommitId> descendants) {
    int floor = graph.generation(ancestor);
    Set<CommitId> seen = new HashSet<>();
    Deque<CommitId> open = new ArrayDeque<>(descendants);
    while (!open.isEmpty()) {
      CommitId commit = open.pop();
      if (commit.equals(ancestor)) {
        return true;
      }
      if (graph.generation(commit) > floor && seen.add(commit)) {
        graph.parents(commit).forEach(open::push);
      }
    }
    return false;
  }

  /**
   * The best common ancestors: those from which no other common ancestor descends. None for
   * unrelated histories, one as a rule, several for criss-cross ones:
   *
   * <pre>
   *   o---A---X---ours         bases of ours and theirs: A and B
   *    \   \ /
   *     \   /
   *      \ / \
   *   o---B---Y---theirs
   * </pre>
   *
   * @return greatest generation first, then latest, then by id
   */
  public List<CommitId> mergeBases(CommitId ours, CommitId theirs) {
    return mergeBases(List.of(ours), List.of(theirs));
  }

  /**
   * Best common ancestors of two imagined commits whose parents are {@code left} and {@code right}.
   */
  List<CommitId> mergeBases(Collection<CommitId> left, Collection<CommitId> right) {
    Painting painting = new Painting();
    left.forEach(commit -> painting.paint(commit, LEFT));
    right.forEach(commit -> painting.paint(commit, RIGHT));
    List<CommitId> bases = new ArrayList<>();
    while (painting.undecided > 0) {
      CommitId commit = painting.next();
      int colours = painting.colours.get(commit);
      if (colours == BOTH) {
        bases.add(commit);
        colours |= STALE;
      }
      for (CommitId parent : graph.parents(commit)) {
        painting.paint(parent, colours);
      }
    }
    return List.copyOf(bases);
  }

  /**
   * How far two commits are apart.
   *
   * @param ahead number of commits that only the first has
   * @param behind number of commits that only the second has
   */
  public record Divergence(int ahead, int behind) {}

  public Divergence divergence(CommitId ours, CommitId theirs) {
    Painting painting = new Painting();
    painting.paint(ours, LEFT);
    painting.paint(theirs, RIGHT);
    int ahead = 0;
    int behind = 0;
    while (painting.undecided > 0) {
      CommitId commit = painting.next();
      int colours = painting.colours.get(commit);
      if (colours == LEFT) {
        ahead++;
      } else if (colours == RIGHT) {
        behind++;
      } else {
        colours |= STALE;
      }
      for (CommitId parent : graph.parents(commit)) {
        painting.paint(parent, colours);
      }
    }
    return new Divergence(ahead, behind);
  }

  /** What to merge against, criss-cross histories included; see {@link MergeBase}. */
  public MergeBase mergeBase(CommitId ours, CommitId theirs) {
    return new MergeBasePlanner(this).plan(List.of(ours), List.of(theirs));
  }

  /** Commits in the order of a log; see {@link LogWalk}. */
  public LogWalk log(Collection<CommitId> heads) {
    return LogWalk.from(graph, heads);
  }

  /** Falling generation, falling time, then by id: the order of every answer here. */
  static Comparator<CommitId> newestFirst(CommitGraph graph) {
    return Comparator.comparingInt((CommitId commit) -> -graph.generation(commit))
        .thenComparing(graph::time, Comparator.reverseOrder())
        .thenComparing(Comparator.naturalOrder());
  }

  /** Colours of the commits met so far, and the queue of those to visit. */
  private final class Painting {
    final Map<CommitId, Integer> colours = new HashMap<>();
    final PriorityQueue<CommitId> queue = new PriorityQueue<>(newestFirst(graph));

    /** Commits in the queue that are not stale. */
    int undecided;

    void paint(CommitId commit, int more) {
      Integer before = colours.get(commit);
      int after = before == null ? more : before | more;
      colours.put(commit, after);
      if (before == null) {
        queue.add(commit);
        undecided += isStale(after) ? 0 : 1;
      } else if (!isStale(before) && isStale(after)) {
        undecided--;
      }
    }

    CommitId next() {
      CommitId commit = queue.remove();
      undecided -= isStale(colours.get(commit)) ? 0 : 1;
      return commit;
    }

    private static boolean isStale(int colours) {
      return (colours & STALE) != 0;
    }
  }
}
