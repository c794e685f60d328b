package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.Operation;
import dev.epoch.storage.Operation.Repoint;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.postgres.connection.Session;

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
