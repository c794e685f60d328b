package dev.epoch.qa.trial;

import java.util.Set;
import java.util.TreeSet;

/** A branch that one client alone works on: what it must hold. */
final class BranchModel {
  final String name;
  final Set<String> staged = new TreeSet<>();
  String head;
  Rows working;
  OpenMerge merge;

  /**
   * A merge that waits for decisions.
   *
   * @param theirsWins what was decided, null before
   * @param conflicts as the server counted them
   */
  record OpenMerge(String sourceCommit, Boolean theirsWins, long conflicts) {}

  BranchModel(String name, String head, Rows working) {
    this.name = name;
    this.head = head;
    this.working = working;
  }

  boolean clean(Model model) {
    return working.equals(model.commit(head).rows());
  }

  /** The head moved, and nothing is uncommitted. */
  void moved(String commit, Rows rows) {
    head = commit;
    working = rows;
    merge = null;
    staged.clear();
  }

  @Override
  public String toString() {
    return name + " at " + head;
  }
}
