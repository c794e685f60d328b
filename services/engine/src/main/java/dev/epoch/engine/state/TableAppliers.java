package dev.epoch.engine.state;

import dev.epoch.events.event.TableRegisteredV1;
import dev.epoch.events.event.TableRemovedV1;

final class TableAppliers {
  private TableAppliers() {}

  static RepositoryState registered(RepositoryState state, TableRegisteredV1 event) {
    RegisteredTable table =
        new RegisteredTable(
            event.tableId(),
            event.name(),
            event.storage(),
            event.schemaName(),
            event.tableName(),
            event.schema(),
            event.schemaHash(),
            event.rowCount(),
            event.contentHash(),
            event.contentSum(),
            event.position(),
            false,
            false,
            event.branchId());
    return OperationAppliers.closed(state, event.operationId())
        .withTables(state.tables().with(table));
  }

  static RepositoryState removed(RepositoryState state, TableRemovedV1 event) {
    RepositoryState next = OperationAppliers.closed(state, event.operationId());
    for (BranchState branch : next.branches().byId().values()) {
      next = next.withBranch(branch.withStaged(branch.staged().minus(event.name())));
    }
    return next.withTables(next.tables().without(event.tableId(), event.kept()));
  }
}
