package dev.epoch.gateway.operation;

import dev.epoch.engine.state.CheckState;
import java.util.List;

/** What makes a new state of a branch, as checks and hooks tell it apart. */
public enum ChangeKind {
  /** To a state that is committed already: nobody is asked. */
  MOVE,
  /** A commit, or one that is made again: revert, cherry-pick, rebase. */
  COMMIT("commit"),
  MERGE("merge"),
  /** A merge that brings what was tried elsewhere to where it is used. */
  PROMOTION("merge", "promotion");

  private final List<String> names;

  ChangeKind(String... names) {
    this.names = List.of(names);
  }

  /** Names on the wire: a promotion is a merge, too. */
  public List<String> names() {
    return names;
  }

  boolean asks(CheckState check, String branch) {
    return names.stream().anyMatch(name -> check.runs(branch, name));
  }
}
