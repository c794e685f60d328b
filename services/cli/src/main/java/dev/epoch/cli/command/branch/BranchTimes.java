package dev.epoch.cli.command.branch;

import dev.epoch.cli.Session;
import dev.epoch.cli.text.CommitText;
import dev.epoch.client.branch.Branch;

/** How it is said that branches expire. */
final class BranchTimes {
  private BranchTimes() {}

  /** Behind the name of a branch; empty for one that stays. */
  static String until(Session session, Branch branch) {
    if (branch.expiresAt() == null) {
      return "";
    }
    return ", expires "
        + date(session, branch)
        + (branch.held() == null ? "" : ", kept: " + branch.held());
  }

  /** When it expires. */
  static String date(Session session, Branch branch) {
    return new CommitText(session.output().palette(), session.environment().zone())
        .date(branch.expiresAt());
  }
}
