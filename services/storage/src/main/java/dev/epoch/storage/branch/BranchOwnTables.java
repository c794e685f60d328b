package dev.epoch.storage.branch;

import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.TableStore;
import dev.epoch.storage.TableStore.Introspection;
import dev.epoch.storage.error.NoPrimaryKeyException;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.operation.Operation;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Tables that clients have made on a branch, where other tables of the branch are, and tables of
 * the branch that they have dropped. Nothing of the former is versioned until they are adopted;
 * they go with the branch.
 */
public interface BranchOwnTables {
  /** What clients have made on a branch and nobody has adopted: names of tables, in order. */
  List<String> made(BranchHandle branch);

  /**
   * Tables of the branch that clients have dropped there, and that no commit of it has so: an
   * uncommitted change, which {@link Operation.CommitWorkingSet} commits. What is not committed of
   * their rows is lost.
   *
   * @param tables of the branch's head
   * @return ids of those that were dropped
   */
  Set<String> dropped(BranchHandle branch, Collection<BranchTable> tables);

  /** Takes drops back: the branch has the tables as its head says. */
  void undrop(BranchHandle branch, Collection<TableHandle> tables);

  /**
   * Reads the shape of such a table as it can be registered: without its foreign keys, which are a
   * change of the branch. Fails with {@link TableNotFoundException}, {@link
   * NotVersionableException} or {@link NoPrimaryKeyException}.
   *
   * @param home the place that it will have when the default branch gets it
   * @param primaryKey columns that tell the rows apart, empty for the table's own
   */
  Introspection introspect(BranchHandle branch, TablePath home, List<String> primaryKey);

  /**
   * Registers such a table. From then on {@code Committed(live(operation.position))} is the table
   * without rows, and the rows that it has are uncommitted changes of the branch. The default
   * branch does not have the table until a merge brings it. Repeating it with the same operation
   * changes nothing. {@link TableStore#remove} gives the table back to the branch.
   */
  void adopt(OperationId operation, BranchHandle branch, TableHandle table);

  /**
   * {@link TableStore#repair} of a table that the default branch does not have.
   *
   * @param branchId of the branch that it was made on, which may be gone
   * @param table as it was registered
   * @param position of the operation that adopted it
   */
  void repair(String branchId, TableHandle table, long position);
}
