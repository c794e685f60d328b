package dev.epoch.storage.reference;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.Capabilities;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.Removal;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageCheck;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchSessions;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.branch.Materialization;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.query.StateQueries;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Does what another adapter does, but for what a subclass does in another way. */
abstract class ForwardingAdapter implements StorageAdapter {
  final StorageAdapter adapter;

  ForwardingAdapter(StorageAdapter adapter) {
    this.adapter = adapter;
  }

  @Override
  public List<TablePath> tables() {
    return adapter.tables();
  }

  @Override
  public Introspection introspect(TablePath path, List<String> primaryKey) {
    return adapter.introspect(path, primaryKey);
  }

  @Override
  public Map<String, TableSchema> schemas(BranchHandle branch, Collection<BranchTable> tables) {
    return adapter.schemas(branch, tables);
  }

  @Override
  public Set<String> lost(TableHandle table) {
    return adapter.lost(table);
  }

  @Override
  public void install(OperationId operation, TableHandle table) {
    adapter.install(operation, table);
  }

  @Override
  public void repair(TableHandle table, long position) {
    adapter.repair(table, position);
  }

  @Override
  public void remove(TableHandle table, Removal how) {
    adapter.remove(table, how);
  }

  @Override
  public void requireRemovable(TableHandle table, Removal how) {
    adapter.requireRemovable(table, how);
  }

  @Override
  public WriteResult write(BranchHandle branch, BranchTable table, List<RowWrite> writes) {
    return adapter.write(branch, table, writes);
  }

  @Override
  public WriteResult write(
      BranchHandle branch, BranchTable table, List<RowWrite> writes, Optional<WriteKey> key) {
    return adapter.write(branch, table, writes, key);
  }

  @Override
  public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
    return adapter.rows(table, state, query);
  }

  @Override
  public Optional<Row> row(TableHandle table, TableState state, RowKey key) {
    return adapter.row(table, state, key);
  }

  @Override
  public RowStream<RowChange> changes(
      TableHandle table, TableState from, TableState to, ChangeQuery query) {
    return adapter.changes(table, from, to, query);
  }

  @Override
  public RowStream<ThreeWayRow> threeWay(
      TableHandle table, TableState base, TableState ours, TableState theirs) {
    return adapter.threeWay(table, base, ours, theirs);
  }

  @Override
  public Map<String, PendingChanges> pending(BranchHandle branch, Collection<BranchTable> tables) {
    return adapter.pending(branch, tables);
  }

  @Override
  public Set<String> touched(BranchHandle branch, Collection<BranchTable> tables) {
    return adapter.touched(branch, tables);
  }

  @Override
  public List<String> reclaimTables(String repository, Set<String> kept, boolean dryRun) {
    return adapter.reclaimTables(repository, kept, dryRun);
  }

  @Override
  public OperationResult apply(Operation operation, Map<String, PlannedRows> rows) {
    return adapter.apply(operation, rows);
  }

  @Override
  public Optional<OperationResult> result(OperationId operation) {
    return adapter.result(operation);
  }

  @Override
  public Optional<OperationResult> settle(OperationId operation, long fence) {
    return adapter.settle(operation, fence);
  }

  @Override
  public void revert(Operation operation, long fence) {
    adapter.revert(operation, fence);
  }

  @Override
  public void forget(Collection<OperationId> operations) {
    adapter.forget(operations);
  }

  @Override
  public void restore(
      BranchHandle branch,
      RowsLocation origin,
      BranchTable head,
      Iterator<CommittedChanges> commits) {
    adapter.restore(branch, origin, head, commits);
  }

  @Override
  public Optional<String> putBranch(BranchHandle branch, Map<String, BranchTable> tables) {
    return adapter.putBranch(branch, tables);
  }

  @Override
  public Set<String> branches(String repository) {
    return adapter.branches(repository);
  }

  @Override
  public void dropBranch(BranchHandle branch) {
    adapter.dropBranch(branch);
  }

  @Override
  public List<String> reclaim(String repository, Set<String> kept, boolean dryRun) {
    return adapter.reclaim(repository, kept, dryRun);
  }

  @Override
  public Capabilities capabilities() {
    return adapter.capabilities();
  }

  @Override
  public StorageCheck check() {
    return adapter.check();
  }

  @Override
  public ValueCodec values() {
    return adapter.values();
  }

  @Override
  public Optional<StateQueries> queries() {
    return adapter.queries();
  }

  @Override
  public Optional<BranchSessions> sessions() {
    return adapter.sessions();
  }

  @Override
  public Optional<Materialization> materialization() {
    return adapter.materialization();
  }

  @Override
  public void uninstall() {
    adapter.uninstall();
  }

  @Override
  public void close() {
    adapter.close();
  }
}
