package dev.epoch.qa.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A branch that one client alone works on: what it must hold. */
final class BranchModel {
  final String name;
  final Set<String> staged = new TreeSet<>();
  String head;
  Rows working;
  OpenMerge merge;
  OpenReplay replay;

  /** What sessions have made on it, by name. */
  final Map<String, BranchView> views = new TreeMap<>();

  /** What was put away, the latest first. */
  final List<Stash> stashes = new ArrayList<>();

  /**
   * A merge that waits for decisions.
   *
   * @param theirsWins what was decided, null before
   * @param conflicts as the server counted them
   */
  record OpenMerge(String sourceCommit, Boolean theirsWins, long conflicts) {}

  /**
   * A revert, cherry-pick or rebase that waits for decisions about the first of its commits.
   *
   * @param revert whether the commits are taken back
   * @param from head that giving it up goes back to
   * @param rest commits that are not made yet
   * @param theirsWins what was decided, null before
   * @param conflicts as the server counted them
   */
  record OpenReplay(
      boolean revert, String from, List<String> rest, Boolean theirsWins, long conflicts) {}

  /** Uncommitted changes that were put away. */
  record Stash(String base, String commit) {}

  BranchModel(String name, String head, Rows working) {
    this.name = name;
    this.head = head;
    this.working = working;
  }

  /** Whether something waits for decisions. */
  boolean open() {
    return merge != null || replay != null;
  }

  /** How many conflicts are not decided. */
  long undecided() {
    if (merge != null) {
      return merge.theirsWins() == null ? merge.conflicts() : 0;
    }
    return replay != null && replay.theirsWins() == null ? replay.conflicts() : 0;
  }

  boolean clean(Model model) {
    return working.equals(model.commit(head).rows());
  }

  /** Whether columns are not committed. */
  boolean altered(Model model) {
    return !working.sameColumns(model.commit(head).rows());
  }

  /** The head moved, and nothing is uncommitted. */
  void moved(String commit, Rows rows) {
    head = commit;
    working = rows;
    merge = null;
    replay = null;
    staged.clear();
  }

  @Override
  public String toString() {
    return name + " at " + head;
  }
}
