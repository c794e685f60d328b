package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.MergeOvertakenException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.Drop;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.Repoint;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.postgres.capture.WorkingSetProbes;
import dev.epoch.storage.postgres.connection.Session;
import java.util.List;
import java.util.Map;

/** Where a branch sees its tables, and which columns of them. */
final class BranchPlaces {
  private final Session session;
  private final Operation operation;
  private final OpenSchemas opened;

  BranchPlaces(Session session, Operation operation, OpenSchemas opened) {
    this.session = session;
    this.operation = operation;
    this.opened = opened;
  }

  /** What the open table is like is what the branch's head says from now on. */
  void noteCommitted(String table) {
    session.list(
        "SELECT epoch.note_committed($1, $2, $3)::text",
        row -> row,
        operation.branch().id(),
        table,
        operation.id().position());
  }

  /**
   * What clients have dropped is gone from the branch's head, where the operation commits it.
   *
   * @return ids of these tables
   * @throws PendingChangesException of tables that others write
   */
  List<String> commitDrops(List<OperationTable> tables) {
    List<OperationTable> gone =
        tables.stream()
            .filter(table -> table.placement() != null && table.placement().gone())
            .toList();
    if (gone.isEmpty()) {
      return List.of();
    }
    List<String> ids = gone.stream().map(OperationTable::id).toList();
    List<String> uncommitted =
        session.list(
            """
            SELECT table_id FROM epoch.branch_tables
            WHERE branch_id = $1 AND table_id = ANY ($2) AND absent AND absent_at IS NULL FOR UPDATE\
            """,
            row -> row.getString(0),
            operation.branch().id(),
            ids.toArray(String[]::new));
    List<String> written =
        gone.stream()
            .filter(table -> !(table.operation() instanceof CommitWorkingSet))
            .filter(table -> uncommitted.contains(table.id()))
            .map(table -> table.handle().name())
            .toList();
    if (!written.isEmpty()) {
      throw new PendingChangesException(written);
    }
    session.execute(
        """
        UPDATE epoch.branch_tables SET absent_at = $3
        WHERE branch_id = $1 AND table_id = ANY ($2) AND absent AND absent_at IS NULL\
        """,
        operation.branch().id(),
        uncommitted.toArray(String[]::new),
        operation.id().position());
    return uncommitted;
  }

  /** Gives the branch back a table that its head does not have, where the operation brings it. */
  void bringBack(TableOperation table) {
    if (table instanceof MergeRows || table instanceof Repoint) {
      session.list(
          """
          SELECT epoch.undo_drop(branch_id, table_id)::text FROM epoch.branch_tables
          WHERE branch_id = $1 AND table_id = $2 AND absent AND absent_at IS NOT NULL\
          """,
          row -> row,
          operation.branch().id(),
          table.table().table().id());
    }
  }

  /** Under the locks: what is dropped was left alone since the plan, or that does not matter. */
  void requireUnwritten(List<OperationTable> tables) {
    for (OperationTable table : tables) {
      if (operation.branch().isDefault()
          && table.operation() instanceof Drop drop
          && !drop.whateverWritten()
          && !WorkingSetProbes.touched(session, Map.of(table.id(), table.workingSet())).isEmpty()) {
        throw new MergeOvertakenException(
            "Table " + table.handle().name() + " was written while its drop was merged",
            "Merge again");
      }
    }
  }

  /**
   * Takes live tables that are dropped out of their places, before others come to the live tables.
   */
  void makeRoom(List<OperationTable> tables) {
    if (operation.branch().isDefault()) {
      tables.stream()
          .filter(table -> table.operation() instanceof Drop)
          .forEach(table ->
              session.list(
                  "SELECT epoch.make_room($1, $2)::text",
                  row -> row,
                  table.id(),
                  operation.id().position()));
    }
  }

  /** Takes a table from the branch; a live one goes where applications do not find it. */
  void drop(OperationTable table) {
    if (!operation.branch().isDefault()) {
      session.list(
          "SELECT epoch.drop_on_branch($1, $2, $3)::text",
          row -> row,
          operation.branch().id(),
          table.id(),
          operation.id().position());
      return;
    }
    try {
      session.list(
          "SELECT epoch.hide_table($1, $2)::text",
          row -> row,
          table.id(),
          operation.id().position());
    } catch (RuntimeException failure) {
      throw Refusals.of(
          failure,
          "The merge cannot drop the live table '%s'".formatted(table.handle().name()),
          "Change what refuses it, commit that, and merge again");
    }
  }

  /** The other way, where the operation did not come to be. */
  void undoDrop(OperationTable table) {
    session.list(
        operation.branch().isDefault()
            ? "SELECT epoch.unhide_table($2, $3)::text WHERE $1::text IS NOT NULL"
            : "SELECT epoch.undo_drop($1, $2)::text FROM epoch.branch_tables"
                + " WHERE branch_id = $1 AND table_id = $2 AND absent_at = $3",
        row -> row,
        operation.branch().id(),
        table.id(),
        operation.id().position());
  }

  /** The other way, where that commit did not come to be. */
  void uncommitDrop(OperationTable table) {
    session.execute(
        """
        UPDATE epoch.branch_tables SET absent_at = NULL
        WHERE branch_id = $1 AND table_id = $2 AND absent AND absent_at = $3\
        """,
        operation.branch().id(),
        table.id(),
        operation.id().position());
  }

  /** Lets sequences go on behind the rows that came. */
  void passSequences() {
    String[] written =
        operation.tables().stream()
            .filter(table -> table instanceof MergeRows || table instanceof Repoint)
            .map(table -> table.table().table().id())
            .toArray(String[]::new);
    if (written.length > 0) {
      session.send("SELECT epoch.pass_sequences($1, $2)::text", operation.branch().id(), written);
    }
  }

  /** The columns that the branch shows from now on. */
  void showColumns(OperationTable table) {
    session.list(
        "SELECT epoch.show_columns($1, $2, $3, $4)::text",
        row -> row,
        operation.branch().id(),
        table.id(),
        table.handle().schema().columns().stream().map(Column::id).toArray(String[]::new),
        opened.definition(table.id()));
  }

  /** Gives the branch a table that comes with the operation, unless it has it. */
  void bring(Repoint repoint) {
    TableHandle table = repoint.table().table();
    session.list(
        """
        SELECT epoch.put_branch_table($1, $2, $3, $4, $5, $6, $7)::text
        WHERE NOT EXISTS (SELECT FROM epoch.branch_tables WHERE branch_id = $1 AND table_id = $2)\
        """,
        row -> row,
        operation.branch().id(),
        table.id(),
        repoint.to().anchor(),
        repoint.to().overlay(),
        repoint.to().overlayPosition(),
        table.schema().columns().stream().map(Column::id).toArray(String[]::new),
        opened.definition(table.id()));
  }

  /** Where a table is seen that the branch has not changed. */
  RowsLocation repoint(OperationTable table, Repoint repoint) {
    if (operation.branch().isDefault()) {
      throw new IllegalArgumentException("the default branch is never repointed");
    }
    if (table.open() != null) {
      session.list(
          "SELECT epoch.repoint_open($1, $2, $3, $4, $5)::text",
          row -> row,
          operation.branch().id(),
          table.id(),
          repoint.to().anchor(),
          repoint.to().overlay(),
          repoint.to().overlayPosition());
      return repoint.to();
    }
    if (table.overlay() != null) {
      // left by a change that was taken back; no commit refers to it
      session.list(
          "SELECT epoch.drop_overlay($1, $2)::text",
          row -> row,
          operation.branch().id(),
          table.id());
    }
    place(table, repoint.to());
    return repoint.to();
  }

  /** Moves what the branch sees, and its views with it. */
  void place(OperationTable table, RowsLocation location) {
    session.execute(
        """
        UPDATE epoch.branch_tables
        SET anchor = $3, source_overlay = $4, source_position = $5
        WHERE branch_id = $1 AND table_id = $2\
        """,
        operation.branch().id(),
        table.id(),
        location.anchor(),
        location.overlay(),
        location.overlay() == null ? null : location.overlayPosition());
    if (table.overlay() == null || table.operation() instanceof Repoint) {
      session.list(
          "SELECT epoch.rebuild_views($1, $2)::text",
          row -> row,
          operation.branch().id(),
          table.id());
    }
  }
}
