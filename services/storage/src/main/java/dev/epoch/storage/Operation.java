package dev.epoch.storage;

import dev.epoch.events.table.RowsLocation;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The part of a commit or merge that happens in one database.
 *
 * @param id of the operation
 * @param branch whose tables change
 * @param tables that take part, each once
 * @param live tables of the default branch whose uncommitted changes are committed first, at {@link
 *     #livePosition}: all that the database has of the branch, so that no application's transaction
 *     is committed by half; empty for none
 * @param checks what must hold of the rows that it leaves, or nothing of it is done; only where the
 *     backend runs queries, see {@link StorageAdapter#queries}
 */
public record Operation(
    OperationId id,
    BranchHandle branch,
    List<TableOperation> tables,
    List<BranchTable> live,
    List<Check> checks) {

  /**
   * A query that must return no rows in the state that the operation leaves as committed.
   *
   * @param name for messages
   * @param sql a single reading statement
   * @param tables that it can name: all of the branch in this database, as committed before
   * @param watched ids of tables: it is not run where none of them changes
   * @param limit most rows that are told
   * @param timeout enforced by the database
   */
  public record Check(
      String name,
      String sql,
      List<BranchTable> tables,
      Set<String> watched,
      int limit,
      Duration timeout) {
    public Check {
      tables = List.copyOf(tables);
      watched = Set.copyOf(watched);
    }
  }

  /** What happens to one table. */
  public sealed interface TableOperation {
    /** The table on the branch, as committed before the operation. */
    BranchTable table();
  }

  /** The table's uncommitted changes become committed. */
  public record CommitWorkingSet(BranchTable table) implements TableOperation {}

  /**
   * Rows are written (they come as {@link PlannedRows} beside the operation) and committed at once.
   * The branch must have no uncommitted changes of this table, unless they are committed first. On
   * a branch with overlay, the table then sees the default branch as of {@code anchor}: what
   * neither the stream nor the branch's own changes determine stays what the branch saw before.
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
    live = List.copyOf(live);
    checks = List.copyOf(checks);
    if (!live.isEmpty() && !branch.isDefault()) {
      throw new IllegalArgumentException("only the default branch has live changes");
    }
  }

  public Operation(OperationId id, BranchHandle branch, List<TableOperation> tables) {
    this(id, branch, tables, List.of());
  }

  public Operation(
      OperationId id, BranchHandle branch, List<TableOperation> tables, List<BranchTable> live) {
    this(id, branch, tables, live, List.of());
  }

  public Operation withChecks(List<Check> given) {
    return new Operation(id, branch, tables, live, given);
  }

  /**
   * Position of the commit of live changes: the version before the operation's own, which no other
   * operation of the branch has, since this one was prepared after they had ended.
   */
  public long livePosition() {
    return id.position() - 1;
  }
}
