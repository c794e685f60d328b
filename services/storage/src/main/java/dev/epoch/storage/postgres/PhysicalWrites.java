package dev.epoch.storage.postgres;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.postgres.catalog.BranchShapes;
import dev.epoch.storage.postgres.catalog.PhysicalTables;
import dev.epoch.storage.postgres.catalog.TableShapes;
import dev.epoch.storage.postgres.record.RecordWrites;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Writes of records, made under the names and with the columns that the relations have now. */
final class PhysicalWrites {
  private final TableShapes shapes;
  private final PhysicalTables tables;
  private final BranchShapes branchShapes;
  private final BiFunction<BranchHandle, BranchTable, BranchTable> working;
  private final RecordWrites writes;

  /**
   * @param working the table with the schema that it has on the branch now
   */
  PhysicalWrites(
      TableShapes shapes,
      PhysicalTables tables,
      BranchShapes branchShapes,
      BiFunction<BranchHandle, BranchTable, BranchTable> working,
      RecordWrites writes) {
    this.shapes = shapes;
    this.tables = tables;
    this.branchShapes = branchShapes;
    this.working = working;
    this.writes = writes;
  }

  /** Tables of the branch are opened or closed now. */
  void forget(BranchHandle branch) {
    writes.forget(branch);
  }

  /** Layers have the schema of the branch's head; that the table is open now is seen in time. */
  private WriteResult layered(
      BranchHandle branch, BranchTable head, List<RowWrite> writes, Optional<WriteKey> key) {
    BranchTable physical = tables.physical(head);
    return this.writes.writeLayered(
        branch,
        checked(branch, physical),
        PhysicalTables.renamed(writes, head.table(), physical.table()),
        key);
  }

  /** The layers, which take no other values than domains of the branch's own do. */
  private BranchTable checked(BranchHandle branch, BranchTable physical) {
    return branch.isDefault()
        ? physical
        : new BranchTable(branchShapes.checked(branch, physical.table()), physical.head());
  }

  WriteResult write(
      BranchHandle branch, BranchTable head, List<RowWrite> writes, Optional<WriteKey> key) {
    return shapes.settled(
        List.of(head.table()),
        () -> {
          if (this.writes.isKnownLayered(branch, head.table())) {
            try {
              return layered(branch, head, writes, key);
            } catch (WriteRefusedException perhaps) {
              // of a table that was opened and altered it may be none
            }
          }
          BranchTable table = working.apply(branch, head);
          BranchTable physical = this.tables.physical(table);
          if (!physical.table().equals(table.table())
              && branchShapes.isOpen(branch, table.table())) {
            // it has the branch's names and types
            return this.writes.write(
                branch,
                new BranchTable(
                    branchShapes.placed(branch, table.table()).at(physical.table().path()),
                    table.head()),
                writes,
                key);
          }
          return this.writes.write(
              branch,
              checked(branch, physical),
              PhysicalTables.renamed(writes, table.table(), physical.table()),
              key);
        });
  }
}
