package dev.epoch.storage.branch;

import dev.epoch.storage.TableHandle;
import java.util.Collection;

/**
 * Tables of branches that clients of the database find as real tables of their own instead of views
 * over layers. What the branch's rows are, and what of them is not committed, is the same either
 * way.
 */
public interface OpenBranchTables {
  /**
   * Opens tables, and makes the foreign keys between those that are open. Repeating it changes
   * nothing.
   *
   * @param tables to open; none: all of the branch that can be open
   * @return how the branch's tables stand then, those that cannot be open with the reason
   */
  OpenedTables open(BranchHandle branch, Collection<TableHandle> tables);

  /**
   * Closes tables, all if none is named: views stand for them again, and they are not opened
   * unasked from then on. What is not committed stays so. Repeating it changes nothing.
   */
  void close(BranchHandle branch, Collection<TableHandle> tables);

  /** How the branch's tables stand. */
  OpenedTables opened(BranchHandle branch);
}
