package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import dev.epoch.storage.postgres.state.BranchPlacement;
import dev.epoch.storage.postgres.state.LiveRelations;
import dev.epoch.storage.postgres.state.OpenRelations;
import dev.epoch.storage.postgres.state.OverlayRelations;
import dev.epoch.storage.postgres.state.PhysicalState;
import dev.epoch.storage.postgres.state.StateResolver;
import java.util.List;
import java.util.Map;

/**
 * A table of an operation with what is known of it in this database.
 *
 * @param operation what happens to it
 * @param branch whose table it is
 * @param columns of the table; on the default branch those of the live table
 * @param live the live table's relations
 * @param placement what the branch sees, null on the default branch
 * @param overlay relations of the branch's overlay, null if it has none
 */
record OperationTable(
    TableOperation operation,
    BranchHandle branch,
    TableColumns columns,
    LiveRelations live,
    BranchPlacement placement,
    OverlayRelations overlay) {

  /**
   * Looks its relations up.
   *
   * @param placements of the branch's tables by id; without that of the table it has nothing of its
   *     own
   */
  static OperationTable of(
      Session session,
      StateResolver resolver,
      TableOperation operation,
      BranchHandle branch,
      Map<String, BranchPlacement> placements) {
    TableHandle handle = operation.table().table();
    BranchPlacement placement = placements.get(handle.id());
    boolean own = placement != null && placement.hasOverlay();
    LiveRelations live = resolver.live(session, handle);
    if (placement != null
        && live.shape() != null
        && live.shape().columns().size()
            != placement.layers() + (handle.schema().appendOnly() ? 1 : 0)) {
      // what was not known of would be lost on the way to the history
      throw new ShapeMovedException(List.of(handle));
    }
    if (live.shape() != null
        && operation instanceof MergeRows merge
        && !handle.path().equals(live.shape().place())) {
      // it was moved since
      operation = merge.at(new BranchTable(handle.at(live.shape().place()), merge.table().head()));
    }
    boolean asLive = branch.isDefault() && live.shape() != null;
    return new OperationTable(
        operation,
        branch,
        new TableColumns(asLive ? live.shape().schema() : handle.schema(), live.shape()),
        live,
        placement,
        own ? resolver.overlay(session, handle, branch) : null);
  }

  TableHandle handle() {
    return operation.table().table();
  }

  String id() {
    return handle().id();
  }

  /** The same, closed. */
  OperationTable layered() {
    return new OperationTable(operation, branch, columns, live, placement.layered(), overlay);
  }

  /** Where the branch's rows are while the table is open; null if it is not. */
  OpenRelations open() {
    return placement == null ? null : placement.open();
  }

  /** See {@link BranchPlacement#scratch}. */
  String scratch() {
    return placement == null ? null : placement.scratch();
  }

  /**
   * Quoted name of the open table with its schema, whatever its rows are; null if it is layered.
   */
  String openRelation() {
    return open() == null ? scratch() : open().relation();
  }

  /**
   * What the layers of the branch say now, with what is not committed; null if it has nothing of
   * its own. Of an open table, with what {@link OpenTables#push} has given them.
   */
  PhysicalState working() {
    PhysicalState.Live now = new PhysicalState.Live(live, PhysicalState.NOW);
    if (branch.isDefault()) {
      return now;
    }
    return overlay == null
        ? null
        : new PhysicalState.Overlaid(
            new PhysicalState.Live(live, placement.anchor()), overlay, PhysicalState.NOW);
  }

  /** What whoever changes the table on the branch writes: locks on it keep them out. */
  String writtenSet() {
    return open() == null ? workingSet() : open().workingSet();
  }

  /** Where uncommitted changes of the layers are, null if there cannot be any. */
  String workingSet() {
    if (branch.isDefault()) {
      return live.workingSet();
    }
    return overlay == null ? null : overlay.workingSet();
  }
}
