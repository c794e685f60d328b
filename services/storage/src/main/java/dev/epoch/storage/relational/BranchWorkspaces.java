package dev.epoch.storage.relational;

import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.layered.LayerSession;
import java.sql.Connection;
import java.util.Collection;

/**
 * Places outside of the database in which clients find a branch as tables of their own. What they
 * change there is brought into the branch's layers before anything else reads or writes them; what
 * changes in the layers otherwise is brought there.
 */
public interface BranchWorkspaces {
  /** Of databases without any. */
  BranchWorkspaces NONE =
      new BranchWorkspaces() {
        @Override
        public Visit enter(
            LayerSession session,
            Connection connection,
            BranchHandle branch,
            Collection<TableHandle> tables,
            boolean needed) {
          return Visit.NONE;
        }

        @Override
        public void refresh(BranchHandle branch, Collection<TableHandle> tables) {}
      };

  /**
   * Locks a branch's workspace for a transaction that writes on the branch, and brings in what
   * clients changed.
   *
   * @param connection of the session
   * @param tables that the transaction is about
   * @param needed whether it fails where the workspace cannot be reached; else that is made good
   *     for later
   */
  Visit enter(
      LayerSession session,
      Connection connection,
      BranchHandle branch,
      Collection<TableHandle> tables,
      boolean needed);

  /** Brings in what clients changed, in a transaction of its own where there is anything. */
  void refresh(BranchHandle branch, Collection<TableHandle> tables);

  /** A transaction on a branch. */
  interface Visit extends AutoCloseable {
    /** There is no workspace. */
    Visit NONE =
        new Visit() {
          @Override
          public boolean isOf(String branchId) {
            return false;
          }

          @Override
          public void touched(TableHandle table, Collection<RowKey> keys) {}

          @Override
          public void prepare() {}

          @Override
          public void committed() {}

          @Override
          public void close() {}
        };

    boolean isOf(String branchId);

    /** The branch has other rows for these keys when the transaction is committed. */
    void touched(TableHandle table, Collection<RowKey> keys);

    /** Before the transaction is committed: writes the workspace, which is committed after it. */
    void prepare();

    /** The transaction is committed. */
    void committed();

    /** Rolls back what was not committed. */
    @Override
    void close();
  }
}
