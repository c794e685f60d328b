package dev.epoch.storage;

import dev.epoch.events.table.RowsLocation;
import java.util.List;
import java.util.Objects;

/**
 * The part of a commit or merge that happens in one database.
 *
 * @param id of the operation
 * @param branch whose tables change
 * @param tables that take part, each once
 */
public record Operation(OperationId id, BranchHandle branch, List<TableOperation> tables) {

  /** What happens to one table. */
  public sealed interface TableOperation {
    /** The table on the branch, as committed before the operation. */
    BranchTable table();
  }

  /** The table's uncommitted changes become committed. */
  public record CommitWorkingSet(BranchTable table) implements TableOperation {}

  /**
   * Rows are written (they come as a stream beside the operation) and committed at once. The branch
   * must have no uncommitted changes of this table. On a branch with overlay, the table then sees
   * the default branch as of {@code anchor}: what neither the stream nor the branch's own changes
   * determine stays what the branch saw before.
   */
  public record MergeRows(BranchTable table, long anchor) implements TableOperation {}

  /**
   * A branch that never changed the table sees it at another place from now on. Never on the
   * default branch.
   */
  public record Repoint(BranchTable table, RowsLocation to) implements TableOperation {}

  public Operation {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(branch, "branch");
    tables = List.copyOf(tables);
  }
}
