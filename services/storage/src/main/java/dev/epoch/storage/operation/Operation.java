package dev.epoch.storage.operation;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.schema.migration.SchemaSteps;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
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
 * @param role of the database in whose session it was asked for: what that role may not bring about
 *     is refused; null for who may do what the server may
 */
public record Operation(
    OperationId id,
    BranchHandle branch,
    List<TableOperation> tables,
    List<BranchTable> live,
    List<Check> checks,
    String role) {

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
   *
   * @param step what happens to the table's schema, null if nothing
   * @param reshaped whether the schema of {@code table} is another than the one that it had
   */
  public record MergeRows(BranchTable table, long anchor, SchemaStep step, boolean reshaped)
      implements TableOperation {

    /** With the schema that the table has. */
    public MergeRows(BranchTable table, long anchor) {
      this(table, anchor, null, false);
    }

    /** The same of another table, or of the same at another place. */
    public MergeRows at(BranchTable other) {
      return new MergeRows(other, anchor, step, reshaped);
    }
  }

  /**
   * What happens to the schema of a table in the same step as to its rows.
   *
   * @param schema that the table has afterwards; of a live table as far as the database can tell it
   * @param steps that the database's schema goes through, also of objects beside the table; null if
   *     it stays as it is
   * @param notNull names of columns of the schema in which rows are asked for nulls
   * @param constraints names of those of the schema that rows are asked for
   */
  public record SchemaStep(
      TableSchema schema, SchemaSteps steps, List<String> notNull, List<String> constraints) {
    public SchemaStep {
      Objects.requireNonNull(schema, "schema");
      notNull = List.copyOf(notNull);
      constraints = List.copyOf(constraints);
    }
  }

  /**
   * A branch that never changed the table sees it at another place from now on. Never on the
   * default branch.
   *
   * @param step what becomes of objects of the branch, null if nothing
   */
  public record Repoint(BranchTable table, RowsLocation to, SchemaStep step)
      implements TableOperation {

    /** Of the table alone. */
    public Repoint(BranchTable table, RowsLocation to) {
      this(table, to, null);
    }
  }

  /**
   * The branch has the table no more; what commits say of it stays. The branch must have no
   * uncommitted changes of it. The live table of the default branch goes out of its place, with its
   * rows, to where no application finds it; what depends on it refuses that.
   *
   * @param whateverWritten whether live changes of it, which are committed first, are no reason to
   *     look at it again
   */
  public record Drop(BranchTable table, boolean whateverWritten) implements TableOperation {}

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
    this(id, branch, tables, live, List.of(), null);
  }

  public Operation withChecks(List<Check> given) {
    return new Operation(id, branch, tables, live, given, role);
  }

  /** The same, asked for in a session of the role. */
  public Operation by(String role) {
    return new Operation(id, branch, tables, live, checks, role);
  }

  /**
   * Position of the commit of live changes: the version before the operation's own, which no other
   * operation of the branch has, since this one was prepared after they had ended.
   */
  public long livePosition() {
    return id.position() - 1;
  }
}
