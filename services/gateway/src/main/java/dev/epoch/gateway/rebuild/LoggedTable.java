package dev.epoch.gateway.rebuild;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import java.util.List;

/**
 * What the log says of one table on one branch: the operations that wrote rows there, in order.
 *
 * @param branchId of the branch
 * @param branch its name, the last it had
 * @param tableId of the table
 * @param origin where the rows before the first of the steps are: where the commit says, since what
 *     else had them may have been cleaned up
 * @param steps in order
 */
public record LoggedTable(
    String branchId, String branch, String tableId, RowsLocation origin, List<Step> steps) {

  /**
   * One operation.
   *
   * @param position of the operation; that of the step before where rows stay as they are, and show
   *     columns that the log had not told of before
   * @param from entry whose rows were there before, null if the table was just registered
   * @param to entry whose rows are there afterwards
   * @param location where the rows are afterwards
   */
  record Step(long position, TableEntry from, TableEntry to, RowsLocation location) {}
}
