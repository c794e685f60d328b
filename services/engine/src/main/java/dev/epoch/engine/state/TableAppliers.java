package dev.epoch.engine.state;

import dev.epoch.events.event.TableRegisteredV1;
import dev.epoch.events.event.TableRemovedV1;
import dev.epoch.events.event.TableSyncedV1;
import java.util.List;

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
            event.branchId(),
            false,
            null,
            event.origin() == null
                ? null
                : new TableCopy(event.origin().tableId(), event.origin().commit(), null, false));
    return OperationAppliers.closed(state, event.operationId())
        .withTables(state.tables().with(table));
  }

  static RepositoryState synced(RepositoryState state, TableSyncedV1 event) {
    RegisteredTable table = state.tables().byId().get(event.tableId());
    return state.withTables(
        state.tables().with(table.withCopy(table.copy().synced(event.returned(), event.commit()))));
  }

  /**
   * Where a branch drops a table that it began with, it does not have it from its registration on.
   */
  static RepositoryState dropped(RepositoryState state, BranchState branch, List<String> ids) {
    Tables tables = state.tables();
    for (String id : ids) {
      RegisteredTable table = tables.byId().get(id);
      if (!table.removed() && table.beganOn(branch, state.isDefault(branch))) {
        tables = tables.dropped(table);
      }
    }
    return state.withTables(tables);
  }

  static RepositoryState removed(RepositoryState state, TableRemovedV1 event) {
    RepositoryState next = OperationAppliers.closed(state, event.operationId());
    for (BranchState branch : next.branches().byId().values()) {
      next = next.withBranch(branch.withStaged(branch.staged().minus(event.name())));
    }
    return next.withTables(next.tables().without(event.tableId(), event.kept(), event.branchId()));
  }
}
