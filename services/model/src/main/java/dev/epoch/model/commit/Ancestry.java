package dev.epoch.model.commit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Questions about who descends from whom.
 *
 * <p>All of them walk from the heads towards the past by falling numbers of commits. A commit is
 * thus met only after every descendant of it that the walk will meet at all, so what is known about
 * it then is final, and the walk stops as soon as nothing undecided is left: the cost is that of
 * the commits above the answer, not of the history.
 *
 * <p>Source: {@code paint_down_to_common} in git's commit-reach.c, which goes by time or by Derrick
 * Stolee's <a
 * href="https://devblogs.microsoft.com/devops/supercharging-the-git-commit-graph-iii-generations/">generation
 * numbers</a> where this has an order of all commits.
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
    Painting painting = new Painting(graph.number(ancestor));
    painting.paint(descendants, LEFT);
    while (painting.undecided > 0) {
      int commit = painting.next();
      if (commit == painting.floor) {
        return true;
      }
      painting.paint(graph.parents(commit), LEFT);
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
    Painting painting = new Painting(0);
    painting.paint(left, LEFT);
    painting.paint(right, RIGHT);
    List<CommitId> bases = new ArrayList<>();
    while (painting.undecided > 0) {
      int commit = painting.next();
      int colours = painting.colours(commit);
      if (colours == BOTH) {
        bases.add(graph.commit(commit));
        colours |= STALE;
      }
      painting.paint(graph.parents(commit), colours);
    }
    bases.sort(newestFirst(graph));
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
    Painting painting = new Painting(0);
    painting.paint(List.of(ours), LEFT);
    painting.paint(List.of(theirs), RIGHT);
    int ahead = 0;
    int behind = 0;
    while (painting.undecided > 0) {
      int commit = painting.next();
      int colours = painting.colours(commit);
      if (colours == LEFT) {
        ahead++;
      } else if (colours == RIGHT) {
        behind++;
      } else {
        colours |= STALE;
      }
      painting.paint(graph.parents(commit), colours);
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

  /** Colours of the commits met so far; which of them are yet to be visited. */
  private final class Painting {
    private static final int PAGE = 4096;

    /** Commits of smaller numbers are left out. */
    final int floor;

    /** Colours by number; pages that are null hold none. */
    private byte[][] pages = new byte[1][];

    /** The visit goes on below this number. */
    private int position;

    /** Commits that were painted, not visited, and are not stale. */
    int undecided;

    Painting(int floor) {
      this.floor = floor;
    }

    void paint(Collection<CommitId> commits, int more) {
      for (CommitId commit : commits) {
        int number = graph.number(commit);
        position = Math.max(position, number + 1);
        paint(new int[] {number}, more);
      }
    }

    void paint(int[] commits, int more) {
      for (int commit : commits) {
        if (commit >= floor) {
          paint(commit, more);
        }
      }
    }

    private void paint(int commit, int more) {
      byte[] page = page(commit / PAGE);
      int before = page[commit % PAGE];
      int after = before | more;
      page[commit % PAGE] = (byte) after;
      if (before == 0) {
        undecided += isStale(after) ? 0 : 1;
      } else if (!isStale(before) && isStale(after)) {
        undecided--;
      }
    }

    private byte[] page(int page) {
      if (page >= pages.length) {
        pages = Arrays.copyOf(pages, page + 1);
      }
      if (pages[page] == null) {
        pages[page] = new byte[PAGE];
      }
      return pages[page];
    }

    int colours(int commit) {
      return pages[commit / PAGE][commit % PAGE];
    }

    /** The next commit to visit; there is one that is undecided. */
    int next() {
      while (true) {
        position--;
        byte[] page = pages[position / PAGE];
        if (page == null) {
          position = position / PAGE * PAGE;
        } else if (page[position % PAGE] != 0) {
          undecided -= isStale(page[position % PAGE]) ? 0 : 1;
          return position;
        }
      }
    }

    private static boolean isStale(int colours) {
      return (colours & STALE) != 0;
    }
  }
}
