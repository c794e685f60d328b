package dev.epoch.storage.postgres;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.postgres.catalog.BranchShapes;
import dev.epoch.storage.postgres.catalog.PhysicalTables;
import dev.epoch.storage.postgres.catalog.TableShapes;
import dev.epoch.storage.postgres.record.RecordWrites;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import java.util.List;
import java.util.Optional;

/** Writes of records, made under the names and with the columns that the relations have now. */
final class PhysicalWrites {
  private final TableShapes shapes;
  private final PhysicalTables tables;
  private final BranchShapes branchShapes;
  private final RecordWrites writes;

  PhysicalWrites(
      TableShapes shapes, PhysicalTables tables, BranchShapes branchShapes, RecordWrites writes) {
    this.shapes = shapes;
    this.tables = tables;
    this.branchShapes = branchShapes;
    this.writes = writes;
  }

  WriteResult write(
      BranchHandle branch, BranchTable table, List<RowWrite> writes, Optional<WriteKey> key) {
    return shapes.settled(
        List.of(table.table()),
        () -> {
          BranchTable physical = this.tables.physical(table);
          if (!physical.table().equals(table.table())
              && branchShapes.isOpen(branch, table.table())) {
            // it has the branch's names
            return this.writes.write(
                branch,
                new BranchTable(table.table().at(physical.table().path()), table.head()),
                writes,
                key);
          }
          return this.writes.write(
              branch,
              physical,
              PhysicalTables.renamed(writes, table.table(), physical.table()),
              key);
        });
  }
}
