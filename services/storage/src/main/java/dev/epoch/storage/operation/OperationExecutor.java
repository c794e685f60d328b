package dev.epoch.storage.operation;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.branch.BranchDirectory;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.CheckFailedException;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.FormerOwnerException;
import dev.epoch.storage.error.MergeOvertakenException;
import dev.epoch.storage.error.PendingChangesException;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The physical half of commit and merge: what the log decided becomes true of the rows, all of it
 * or nothing, once.
 */
public interface OperationExecutor {
  /** Stands for the fence of whoever owns the repository: no other one can come later. */
  long ANY_OWNER = Long.MAX_VALUE;

  /**
   * Does the operation in one local transaction that also records that it is done. If it was done
   * before, answers what it answered then. If the transaction fails, nothing of it is there.
   *
   * <p>Fails with {@link PendingChangesException} (a merge onto uncommitted changes), {@link
   * MergeOvertakenException} (onto live changes that are in conflict with it), {@link
   * ConstraintViolationsException} (the merged rows break constraints), {@link
   * CheckFailedException} (a check does not hold), {@link BusyException} (retry later).
   *
   * @param rows for each table id that the operation merges into: what to write; closed by the
   *     adapter
   */
  OperationResult apply(Operation operation, Map<String, PlannedRows> rows);

  /** Whether the operation is done here, and with which result. */
  Optional<OperationResult> result(OperationId operation);

  /**
   * The same for an owner of the repository who settles the operation. What it learns stays true:
   * reverts by owners before it are refused from now on.
   *
   * @param fence of the ownership, which grows with each owner
   */
  Optional<OperationResult> settle(OperationId operation, long fence);

  /**
   * Undoes the operation if it was done: committed changes are uncommitted again, merged rows are
   * what they were, unless an application changed them since, whose values stay. Repeating it
   * changes nothing.
   *
   * <p>Fails with {@link FormerOwnerException} if a later owner has settled it: who was paused may
   * be the only one who does not know.
   *
   * @param operation whose tables, on a branch, have the schemas that they had before it
   * @param fence of the ownership in whose name it is undone
   */
  void revert(Operation operation, long fence);

  /** The same, where nobody else can be the owner. */
  default void revert(Operation operation) {
    revert(operation, ANY_OWNER);
  }

  /**
   * Ends whoever is at the operation, and rolls back what it has done so far: a process that does
   * not own the repository any more, and may be paused for long. Only the owner asks for it, before
   * it settles what a former one has left.
   */
  default void interrupt(OperationId operation) {}

  /** The outcomes of operations are in the log: their bookkeeping is not needed any more. */
  void forget(Collection<OperationId> operations);

  /**
   * Writes the committed history and overlay of a table on a branch anew from what the log says,
   * replacing what is stored. On the default branch only the history is written: the live table
   * belongs to its users. Uncommitted changes stay. Of a branch that the database does not know, or
   * that is dropped, the rows come back and the name does not: {@link BranchDirectory#putBranch}
   * tells of that.
   *
   * @param origin where the rows were before the first of the commits
   * @param head where the rows of the branch's last commit are
   * @param commits in order, from the first that touched this table on this branch; pulled once
   */
  void restore(
      BranchHandle branch,
      RowsLocation origin,
      BranchTable head,
      Iterator<CommittedChanges> commits);

  /**
   * The changes of one commit, as the log has them.
   *
   * @param position of the operation; that of the one before where that is amended: its rows get
   *     these values, and no state is kept without them
   * @param location where the rows of the commit are
   * @param changes against the state of the table on the branch before it; closed by the adapter
   * @param alike where the same rows are, by what was restored before, if the log does not have all
   *     their values: those of a column that comes back when a branch moves; else null
   * @param unknown ids of columns that the table did not have in the commit: a row that is the
   *     base's but for these is the base's
   */
  record CommittedChanges(
      long position,
      RowsLocation location,
      RowStream<RowChange> changes,
      RowsLocation alike,
      Set<String> unknown) {

    public CommittedChanges(long position, RowsLocation location, RowStream<RowChange> changes) {
      this(position, location, changes, null, Set.of());
    }
  }
}
