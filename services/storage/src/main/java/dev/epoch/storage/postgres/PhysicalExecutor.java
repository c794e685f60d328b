package dev.epoch.storage.postgres;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.MergeOvertakenException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationExecutor;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.catalog.PhysicalTables;
import dev.epoch.storage.postgres.catalog.TableShapes;
import dev.epoch.storage.postgres.connection.InternalFailure;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import dev.epoch.storage.postgres.connection.SqlErrors;
import dev.epoch.storage.postgres.operation.OpenSchemas;
import dev.epoch.storage.postgres.operation.PhysicalOperations;
import dev.epoch.storage.postgres.operation.PostgresOperationExecutor;
import dev.epoch.storage.postgres.operation.restore.Restoration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Operations, carried out under the names and with the columns that the relations have now. */
final class PhysicalExecutor implements OperationExecutor {
  private final TableShapes shapes;
  private final PhysicalTables tables;
  private final PhysicalOperations physical;
  private final PostgresOperationExecutor operations;
  private final Restoration restoration;

  PhysicalExecutor(
      TableShapes shapes,
      PhysicalTables tables,
      PhysicalOperations physical,
      PostgresOperationExecutor operations,
      Restoration restoration) {
    this.shapes = shapes;
    this.tables = tables;
    this.physical = physical;
    this.operations = operations;
    this.restoration = restoration;
  }

  @Override
  public OperationResult apply(Operation operation, Map<String, PlannedRows> rows) {
    boolean planned = !rows.isEmpty();
    if (planned) {
      // those that refer to merged ones too: the rows can be pulled once only
      shapes.know(operation.branch().repository());
    }
    List<TableHandle> tables =
        operation.tables().stream().map(part -> part.table().table()).toList();
    return shapes.settled(
        tables,
        () -> {
          try {
            return apply(operation, rows, this.physical.opened(operation, true), tables);
          } catch (ShapeMovedException moved) {
            if (planned) {
              // the rows were planned for other columns, and are pulled once
              moved.tables().forEach(shapes::look);
              throw new MergeOvertakenException(moved.getMessage(), "Merge again");
            }
            throw moved;
          }
        });
  }

  private OperationResult apply(
      Operation operation,
      Map<String, PlannedRows> rows,
      OpenSchemas opened,
      List<TableHandle> tables) {
    try {
      Operation placed = physical.physical(operation, opened);
      PhysicalOperations.requireFitting(placed, rows);
      return operations.apply(placed, rows, PhysicalOperations.recorded(operation), opened);
    } catch (ShapeMovedException moved) {
      throw moved;
    } catch (StorageException failure) {
      if (rows.isEmpty() || !SqlErrors.isOvertaken(failure)) {
        throw failure;
      }
      if (shapes.haveMoved(tables) || !opened.equals(physical.opened(operation, true))) {
        throw new MergeOvertakenException(
            "The shape of a table has changed meanwhile: " + failure.getMessage(), "Merge again");
      }
      throw InternalFailure.of(failure);
    }
  }

  @Override
  public Optional<OperationResult> result(OperationId operation) {
    return operations.result(operation);
  }

  @Override
  public Optional<OperationResult> settle(OperationId operation, long fence) {
    return operations.settle(operation, fence);
  }

  @Override
  public void interrupt(OperationId operation) {
    operations.interrupt(operation);
  }

  @Override
  public void revert(Operation operation, long fence) {
    shapes.settled(() -> {
      OpenSchemas opened = this.physical.opened(operation, false);
      operations.revert(
          this.physical.physical(operation, opened),
          fence,
          PhysicalOperations.recorded(operation),
          opened);
      return null;
    });
  }

  @Override
  public void forget(Collection<OperationId> done) {
    operations.forget(done);
  }

  @Override
  public void restore(
      BranchHandle branch,
      RowsLocation origin,
      BranchTable head,
      Iterator<CommittedChanges> commits) {
    shapes.putColumns(head.table());
    restoration.restore(branch, origin, this.tables.physical(head), commits);
  }
}
