package dev.epoch.events.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import java.time.Instant;
import java.util.List;

/** What an operation is to do: all that is needed to finish or undo it after a crash. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = OperationPlan.RegisterTable.class, name = "register_table"),
  @JsonSubTypes.Type(value = OperationPlan.RemoveTable.class, name = "remove_table"),
  @JsonSubTypes.Type(value = OperationPlan.Commit.class, name = "commit"),
  @JsonSubTypes.Type(value = OperationPlan.Merge.class, name = "merge")
})
public sealed interface OperationPlan {

  /** Capture is installed on a table. */
  record RegisterTable(
      String tableId,
      String name,
      String storage,
      String schemaName,
      String tableName,
      TableSchema schema)
      implements OperationPlan {}

  /**
   * Capture is removed from a table.
   *
   * @param force also with uncommitted changes
   * @param keep what commits read of it stays
   * @param dropped ids of tables of this name that were removed before, and of which nothing stays
   * @param branchId of the branch whose next commit is without it; null: the default branch
   */
  record RemoveTable(
      String tableId,
      String name,
      boolean force,
      boolean keep,
      List<String> dropped,
      @JsonInclude(JsonInclude.Include.NON_NULL) String branchId)
      implements OperationPlan {
    public RemoveTable {
      dropped = dropped == null ? List.of() : List.copyOf(dropped);
    }
  }

  /**
   * Uncommitted changes of tables become a commit.
   *
   * @param tables ids of the tables whose working sets are taken
   * @param message of the author
   * @param author of the change
   * @param time of the commit to be
   */
  record Commit(List<String> tables, String message, Actor author, Instant time)
      implements OperationPlan {
    public Commit {
      tables = List.copyOf(tables);
    }
  }

  /**
   * Rows of another line of history are brought to the branch.
   *
   * @param mergeId of the open merge that this completes, or null
   * @param source as the user named it
   * @param sourceCommit that is merged
   * @param fastForward whether the head moves to the source instead of to a new commit, if there is
   *     no live change to commit first
   * @param tables what happens to each table that changes
   * @param newTables ids of tables that come to the branch with the merge
   * @param message of the commit
   * @param author of the commit
   * @param time of the commit to be
   * @param liveTables ids of the tables whose uncommitted live changes are committed first, at the
   *     position before the operation's
   * @param verb merge: a commit with two parents is made; revert, cherry_pick, rebase: one with the
   *     head alone; reset: the head moves to the source
   * @param onto for the first commit of a rebase: commit that the branch is moved to in the same
   *     operation, the parent of the new one; null if the branch stands where its commit goes
   */
  record Merge(
      String mergeId,
      String source,
      String sourceCommit,
      boolean fastForward,
      List<TableMerge> tables,
      List<String> newTables,
      String message,
      Actor author,
      Instant time,
      List<String> liveTables,
      String verb,
      @JsonInclude(JsonInclude.Include.NON_NULL) String onto)
      implements OperationPlan {
    public Merge {
      liveTables = liveTables == null ? List.of() : List.copyOf(liveTables);
      tables = tables == null ? List.of() : List.copyOf(tables);
      newTables = newTables == null ? List.of() : List.copyOf(newTables);
    }

    /** On a branch that stands where its commit goes. */
    public Merge(
        String mergeId,
        String source,
        String sourceCommit,
        boolean fastForward,
        List<TableMerge> tables,
        List<String> newTables,
        String message,
        Actor author,
        Instant time,
        List<String> liveTables,
        String verb) {
      this(
          mergeId,
          source,
          sourceCommit,
          fastForward,
          tables,
          newTables,
          message,
          author,
          time,
          liveTables,
          verb,
          null);
    }

    /** Ids of tables that the branch has no more. */
    public List<String> drops() {
      return tables.stream()
          .filter(table -> table.action().equals(TableMerge.DROP))
          .map(TableMerge::tableId)
          .toList();
    }
  }

  /**
   * What a merge does to one table.
   *
   * @param tableId of the table
   * @param action {@code write}: rows are written; {@code repoint}: the branch sees the rows
   *     elsewhere; {@code drop}: the branch has the table no more
   * @param anchor for write: position of the default branch that is seen underneath afterwards; for
   *     drop: 1 if somebody has decided that changes of the table are no reason to keep it, else 0
   * @param to for repoint: where the rows are
   * @param schemaHash for write: of the schema that the table has on the branch afterwards, null if
   *     it keeps the one that it has
   * @param alteration for write: what is done to the schema beside the rows, null if nothing
   */
  record TableMerge(
      String tableId,
      String action,
      long anchor,
      RowsLocation to,
      @JsonInclude(JsonInclude.Include.NON_NULL) Digest schemaHash,
      @JsonInclude(JsonInclude.Include.NON_NULL) Alteration alteration) {

    /** The branch has the table no more. */
    public static final String DROP = "drop";

    /**
     * @param whateverWritten whether somebody has decided that changes of it are no reason to keep
     *     it
     */
    public static TableMerge drop(String tableId, boolean whateverWritten) {
      return new TableMerge(tableId, DROP, whateverWritten ? 1 : 0, null);
    }

    /** With the schema that the table has. */
    public TableMerge(String tableId, String action, long anchor, RowsLocation to) {
      this(tableId, action, anchor, to, null, null);
    }
  }

  /**
   * What a merge does to the schema of a table beside its rows.
   *
   * @param first statements that run before rows are written; only of a live table
   * @param last statements that run when rows are written; only of a live table
   * @param undo statements that take both back before rows are restored, in order
   * @param undoLast statements that do the rest when rows are restored: what these may stand
   *     against
   * @param notNull names of columns that take no nulls, of which rows of one side were never asked
   * @param constraints names of constraints of which rows of one side were never asked
   */
  record Alteration(
      List<String> first,
      List<String> last,
      List<String> undo,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> undoLast,
      List<String> notNull,
      List<String> constraints) {
    public Alteration {
      first = List.copyOf(first);
      last = List.copyOf(last);
      undo = List.copyOf(undo);
      undoLast = undoLast == null ? List.of() : List.copyOf(undoLast);
      notNull = List.copyOf(notNull);
      constraints = List.copyOf(constraints);
    }
  }
}
