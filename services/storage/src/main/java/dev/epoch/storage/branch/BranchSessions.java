package dev.epoch.storage.branch;

/** Sessions of the database's own clients that stand on a branch. */
public interface BranchSessions {
  /**
   * Makes what clients that connect to the database itself see of branches anew, after all else.
   */
  void renewViews(String repository);
}
