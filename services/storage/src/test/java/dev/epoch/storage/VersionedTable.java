package dev.epoch.storage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A table in a repository of its own: acting on it and reading from it, for the cases. */
final class VersionedTable {
  final StorageBackend backend;
  final StorageAdapter adapter;
  final TableHandle handle;
  final BranchHandle main;
  final long installedAt;
  final Map<String, RowsLocation> heads = new HashMap<>();
  private long position;

  /** Creates the table with these rows, and captures it. */
  VersionedTable(
      StorageBackend backend, String name, List<Column> columns, List<String> key, List<Row> rows) {
    this.backend = backend;
    this.adapter = backend.adapter();
    TablePath path = backend.create(name, columns, key);
    this.handle =
        new TableHandle(
            "r" + name, "t" + name, name, path, adapter.introspect(path, List.of()).schema());
    this.main = new BranchHandle("r" + name, "m" + name, "main", true);
    backend.applicationWrites(
        handle, rows.stream().map(row -> new RowChange(key(row), null, row)).toList());
    OperationId install = nextOperation();
    this.installedAt = install.position();
    adapter.install(install, handle);
    heads.put(main.id(), RowsLocation.live(installedAt));
    put(main);
  }

  /** Captures a table that is there. */
  VersionedTable(StorageBackend backend, String name, TablePath path, List<String> key) {
    this.backend = backend;
    this.adapter = backend.adapter();
    this.handle =
        new TableHandle("r" + name, "t" + name, name, path, adapter.introspect(path, key).schema());
    this.main = new BranchHandle("r" + name, "m" + name, "main", true);
    OperationId install = nextOperation();
    this.installedAt = install.position();
    adapter.install(install, handle);
    heads.put(main.id(), RowsLocation.live(installedAt));
    put(main);
  }

  OperationId nextOperation() {
    position++;
    return new OperationId(
        new UUID(handle == null ? 0 : handle.id().hashCode(), position), position);
  }

  void put(BranchHandle branch) {
    adapter.putBranch(branch, Map.of(handle.id(), at(branch)));
  }

  BranchHandle branch(String name, BranchHandle from) {
    BranchHandle branch = new BranchHandle(handle.repository(), name + handle.name(), name, false);
    heads.put(branch.id(), heads.get(from.id()));
    put(branch);
    return branch;
  }

  BranchTable at(BranchHandle branch) {
    return new BranchTable(handle, heads.get(branch.id()));
  }

  TableState head(BranchHandle branch) {
    return new TableState.Committed(heads.get(branch.id()));
  }

  TableState working(BranchHandle branch) {
    return new TableState.Working(branch, heads.get(branch.id()));
  }

  RowKey key(Row row) {
    return row.key(handle.schema().keyIndexes());
  }

  /** A record of these columns of a row. */
  RowWrite upsert(Row row, List<Column> columns) {
    Map<String, JsonNode> record = new LinkedHashMap<>();
    for (Column column : columns) {
      record.put(
          column.name(),
          adapter.values().toJson(column.type(), row.get(handle.schema().indexOf(column.name()))));
    }
    return new RowWrite.Upsert(record);
  }

  RowWrite upsert(Row row) {
    return upsert(row, handle.schema().columns());
  }

  RowWrite delete(RowKey key) {
    Map<String, JsonNode> record = new LinkedHashMap<>();
    for (int i = 0; i < handle.schema().primaryKey().size(); i++) {
      Column column = handle.schema().column(handle.schema().primaryKey().get(i)).orElseThrow();
      record.put(column.name(), adapter.values().toJson(column.type(), key.get(i)));
    }
    return new RowWrite.Delete(record);
  }

  WriteResult write(BranchHandle branch, RowWrite... writes) {
    return adapter.write(branch, at(branch), List.of(writes));
  }

  Operation commit(BranchHandle branch) {
    return apply(branch, new Operation.CommitWorkingSet(at(branch)), List.of());
  }

  Operation apply(BranchHandle branch, TableOperation table, List<RowChange> changes) {
    Operation operation = new Operation(nextOperation(), branch, List.of(table));
    Map<String, PlannedRows> planned =
        table instanceof Operation.MergeRows
            ? Map.of(handle.id(), PlannedRows.fixed(RowStream.of(changes)))
            : Map.of();
    heads.put(branch.id(), adapter.apply(operation, planned).locations().get(handle.id()));
    return operation;
  }

  void revert(Operation operation) {
    adapter.revert(operation);
    heads.put(operation.branch().id(), operation.tables().getFirst().table().head());
  }

  /** All rows, in native order. */
  List<Row> rows(TableState state) {
    return list(adapter.rows(handle, state, RowQuery.page(null, Long.MAX_VALUE)));
  }

  Map<RowKey, Row> byKey(TableState state) {
    Map<RowKey, Row> rows = new HashMap<>();
    rows(state).forEach(row -> rows.put(key(row), row));
    return rows;
  }

  List<RowChange> changes(TableState from, TableState to) {
    return list(adapter.changes(handle, from, to, ChangeQuery.all()));
  }

  PendingChanges pending(BranchHandle branch) {
    return adapter
        .pending(branch, List.of(at(branch)))
        .getOrDefault(handle.id(), new PendingChanges(0, 0, 0));
  }

  static <T> List<T> list(RowStream<T> stream) {
    List<T> all = new ArrayList<>();
    try (stream) {
      stream.forEachRemaining(all::add);
    }
    return all;
  }
}
