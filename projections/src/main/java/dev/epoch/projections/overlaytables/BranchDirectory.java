package dev.epoch.projections.overlaytables;

import dev.epoch.events.event.BranchDeletedV1;

/** The databases that hold branches' tables. All methods may be repeated, and may wait. */
public interface BranchDirectory {
  /** Tells the databases of the branch as it is now; does nothing if it is gone. */
  void put(String repository, String branchId);

  /** Makes the databases forget a deleted branch. */
  void drop(String repository, BranchDeletedV1 deleted);

  /**
   * Makes the databases forget branches that the repository does not have, and tells them of the
   * default branch.
   *
   * @param every whether of every branch
   */
  void settle(String repository, boolean every);
}
