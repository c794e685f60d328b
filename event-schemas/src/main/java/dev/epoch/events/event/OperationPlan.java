package dev.epoch.events.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.events.table.RecordedSchema;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableOrigin;
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

  /**
   * Capture is installed on a table.
   *
   * @param origin what the table is made as a copy of; null: it is there
   */
  record RegisterTable(
      String tableId,
      String name,
      String storage,
      String schemaName,
      String tableName,
      TableSchema schema,
      @JsonInclude(JsonInclude.Include.NON_NULL) TableOrigin origin)
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
          .filter(TableMerge.Drop.class::isInstance)
          .map(TableMerge::tableId)
          .toList();
    }
  }

  /** What a merge does to one table. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "action")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = TableMerge.Write.class, name = "write"),
    @JsonSubTypes.Type(value = TableMerge.Repoint.class, name = "repoint"),
    @JsonSubTypes.Type(value = TableMerge.Drop.class, name = "drop")
  })
  sealed interface TableMerge {
    /** Id of the table. */
    String tableId();

    /**
     * Rows are written.
     *
     * @param anchor position of the default branch that is seen underneath afterwards
     * @param schemaHash of the schema that the table has on the branch afterwards, null if it keeps
     *     the one that it has
     * @param alteration what is done to the schema beside the rows, null if nothing
     */
    record Write(
        String tableId,
        long anchor,
        @JsonInclude(JsonInclude.Include.NON_NULL) Digest schemaHash,
        @JsonInclude(JsonInclude.Include.NON_NULL) Alteration alteration)
        implements TableMerge {

      /** With the schema that the table has. */
      public Write(String tableId, long anchor) {
        this(tableId, anchor, null, null);
      }
    }

    /**
     * The branch sees the rows elsewhere.
     *
     * @param to where the rows are
     * @param steps of objects beside tables that come with it, null if none do
     */
    record Repoint(
        String tableId,
        RowsLocation to,
        @JsonInclude(JsonInclude.Include.NON_NULL) SchemaSteps steps)
        implements TableMerge {

      /** Of the table alone. */
      public Repoint(String tableId, RowsLocation to) {
        this(tableId, to, null);
      }
    }

    /**
     * The branch has the table no more.
     *
     * @param whateverWritten whether somebody has decided that changes of it are no reason to keep
     *     it
     */
    record Drop(String tableId, boolean whateverWritten) implements TableMerge {}
  }

  /**
   * What a merge does to the schema of a table beside its rows.
   *
   * @param steps of the database's schema, null if it stays as it is; what is changed for several
   *     tables of a database stands with one of them
   * @param notNull names of columns that take no nulls, of which rows of one side were never asked
   * @param constraints names of constraints of which rows of one side were never asked
   */
  record Alteration(
      @JsonInclude(JsonInclude.Include.NON_NULL) SchemaSteps steps,
      List<String> notNull,
      List<String> constraints) {
    public Alteration {
      notNull = List.copyOf(notNull);
      constraints = List.copyOf(constraints);
    }
  }

  /**
   * The schemas that a database goes through with an operation, stored beside the log; the adapter
   * finds the statements.
   *
   * <pre>
   *   before --> between --rows--> after
   *   before <--rows-- back <----- after      undone
   * </pre>
   *
   * @param before the operation
   * @param between without what may stand against rows that are written
   * @param after the operation
   * @param back without what may stand against rows that are restored
   */
  record SchemaSteps(
      RecordedSchema before, RecordedSchema between, RecordedSchema after, RecordedSchema back) {}
}
