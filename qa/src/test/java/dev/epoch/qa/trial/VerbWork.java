package dev.epoch.qa.trial;

import java.sql.SQLException;

/** What a client does with the history of its branches, beside commits and merges. */
final class VerbWork {
  private final Session session;
  private final BranchWork branches;
  private final ReplayWork replays;
  private final ResetWork resets;
  private final StashWork stashes;
  private final TagWork tags;

  VerbWork(Session session, BranchWork branches) {
    this.session = session;
    this.branches = branches;
    this.replays = new ReplayWork(session);
    this.resets = new ResetWork(session);
    this.stashes = new StashWork(session);
    this.tags = new TagWork(session);
  }

  void step() throws SQLException {
    for (BranchModel branch : branches.branches()) {
      if (branch.replay != null) {
        replays.decide(branch);
        return;
      }
    }
    BranchModel branch = branches.any();
    if (branch == null) {
      return;
    }
    int kind = session.random.nextInt(100);
    if (kind < 15) {
      tags.step(branch);
      return;
    }
    branches.unstage(branch);
    if (branch.altered(session.model)) {
      branches.commit(branch, true);
    }
    if (kind < 40) {
      stashes.step(branch);
    } else if (kind < 60) {
      resets.step(branch);
    } else {
      if (!branch.clean(session.model)) {
        branches.commit(branch, true);
      }
      replays.step(branch, branches.any());
    }
  }
}
