package dev.epoch.storage.relational;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.Removal;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.copy.TableMaker;
import dev.epoch.storage.layered.LayeredOperations;
import dev.epoch.storage.layered.LayeredRestoration;
import dev.epoch.storage.layered.LayeredStates;
import dev.epoch.storage.layered.StateLayers;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.query.StateQueries;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.CommittedContent;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.state.UncapturedTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Tables of an SQL database that are versioned where they are. A subclass says which database it
 * is, and what it can.
 */
public abstract class RelationalAdapter implements StorageAdapter {
  protected final RelationalStore store;
  private final ValueCodec values;
  private final LayeredStates states;
  private final LayeredOperations operations;
  private final LayeredRestoration restoration;
  private final Registration registration;
  private final RelationalBranches branches;
  private final RecordWriter records;
  private final ReplacedTables replaced;

  /**
   * @param shapers what a table would make of rows that are not to be written there
   */
  protected RelationalAdapter(
      RelationalStore store, ValueCodec values, Function<LiveTable, RowShaper> shapers) {
    this.store = store;
    this.values = values;
    this.states = new LayeredStates(store);
    this.operations = new LayeredOperations(store);
    this.restoration = new LayeredRestoration(store);
    this.registration = new Registration(store);
    this.branches = new RelationalBranches(store);
    this.records = new RecordWriter(store, values, shapers);
    this.replaced = new ReplacedTables(store);
  }

  @Override
  public ValueCodec values() {
    return values;
  }

  @Override
  public Optional<StateQueries> queries() {
    return Optional.of(this::query);
  }

  private QueryResult query(ReadQuery query) {
    query.tables().forEach(this::refresh);
    try (RelationalSession session = store.begin(false)) {
      Map<TableHandle, StateLayers> tables = new HashMap<>();
      query.tables().forEach((table, state) -> tables.put(table, StateQuery.layers(state)));
      return new StateQuery(session, store.queries)
          .run(query.sql(), query.parameters(), tables, query.limit(), query.timeout());
    }
  }

  @Override
  public Optional<TableMaker> tableMaker() {
    return store.dialect.madeTypes().map(types -> new RelationalTableMaker(store, types));
  }

  /** Where clients find the branch outside of the database, what they changed is brought in. */
  private void refresh(TableHandle table, TableState state) {
    if (state instanceof TableState.Working working) {
      refresh(working.branch(), List.of(table));
    } else if (state instanceof TableState.Another another) {
      refresh(another.table(), another.state());
    }
  }

  private void refresh(BranchHandle branch, Collection<TableHandle> tables) {
    if (!branch.isDefault()) {
      store.workspaces().refresh(branch, tables);
    }
  }

  private void refreshAll(BranchHandle branch, Collection<BranchTable> tables) {
    refresh(branch, tables.stream().map(BranchTable::table).toList());
  }

  // ---- tables

  @Override
  public List<TablePath> tables() {
    try (RelationalSession session = store.begin(false)) {
      return store.catalog.tables(session.connection);
    } catch (SQLException e) {
      throw store.dialect.translate(e, "list tables");
    }
  }

  @Override
  public Introspection introspect(TablePath path, List<String> primaryKey) {
    try (RelationalSession session = store.begin(false)) {
      LiveTable live = TableShapes.read(session, path);
      return new Introspection(
          TableShapes.introspect(live, primaryKey),
          store.catalog.estimate(session.connection, path));
    } catch (SQLException e) {
      throw store.dialect.translate(e, "read the shape of " + path);
    }
  }

  @Override
  public Map<String, TableSchema> schemas(BranchHandle branch, Collection<BranchTable> tables) {
    if (!branch.isDefault()) {
      refreshAll(branch, tables);
      return Map.of();
    }
    boolean moved = false;
    try (RelationalSession session = store.begin(false)) {
      for (BranchTable table : tables) {
        moved |= TableShapes.hasMoved(session, session.table(table.table()));
      }
      if (!moved) {
        return TableShapes.changed(session, branch, tables);
      }
    }
    try (RelationalSession session = store.begin(true)) {
      Map<String, TableSchema> changed = TableShapes.changed(session, branch, tables);
      session.commit();
      return changed;
    }
  }

  @Override
  public List<UncapturedTable> uncaptured(String repository) {
    return replaced.uncaptured(repository);
  }

  @Override
  public void verify(
      BranchHandle branch,
      Collection<BranchTable> tables,
      Function<BranchTable, CommittedContent> contents) {
    if (!branch.isDefault()) {
      return;
    }
    schemas(branch, tables);
    List<BranchTable> changed = new ArrayList<>();
    try (RelationalSession session = store.begin(false)) {
      tables.stream()
          .filter(table -> session.table(table.table()).replaced())
          .forEach(changed::add);
    }
    changed.forEach(table -> replaced.verify(table, contents.apply(table)));
  }

  @Override
  public Set<String> lost(TableHandle table) {
    if (table.removed()) {
      return Set.of();
    }
    try (RelationalSession session = store.begin(false)) {
      Set<String> lost = new TreeSet<>();
      LayerTable layers = session.table(table);
      for (Column column : table.schema().columns()) {
        if (layers.column(column.id()) != null && !layers.live().containsKey(column.id())) {
          lost.add(column.name());
        }
      }
      return lost;
    }
  }

  @Override
  public void install(OperationId operation, TableHandle table) {
    registration.install(operation, table);
  }

  @Override
  public void repair(TableHandle table, long position) {
    registration.repair(table, position);
  }

  @Override
  public void remove(TableHandle table, Removal how) {
    registration.remove(table, how);
  }

  @Override
  public void requireRemovable(TableHandle table, Removal how) {
    registration.requireRemovable(table, how);
  }

  @Override
  public WriteResult write(
      BranchHandle branch, BranchTable table, List<RowWrite> writes, Optional<WriteKey> key) {
    return records.write(branch, table, writes, key);
  }

  // ---- states

  @Override
  public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
    refresh(table, state);
    return states.rows(table, state, query);
  }

  @Override
  public Optional<Row> row(TableHandle table, TableState state, RowKey key) {
    refresh(table, state);
    return states.row(table, state, key);
  }

  @Override
  public RowStream<RowChange> changes(
      TableHandle table, TableState from, TableState to, ChangeQuery query) {
    refresh(table, from);
    refresh(table, to);
    return states.changes(table, from, to, query);
  }

  @Override
  public RowStream<ThreeWayRow> threeWay(
      TableHandle table, TableState base, TableState ours, TableState theirs) {
    for (TableState state : List.of(base, ours, theirs)) {
      refresh(table, state);
    }
    return states.threeWay(table, base, ours, theirs);
  }

  @Override
  public Map<String, PendingChanges> pending(BranchHandle branch, Collection<BranchTable> tables) {
    refreshAll(branch, tables);
    return states.pending(branch, tables);
  }

  @Override
  public Set<String> touched(BranchHandle branch, Collection<BranchTable> tables) {
    refreshAll(branch, tables);
    Set<String> touched = new HashSet<>(states.written(branch, tables));
    touched.addAll(schemas(branch, tables).keySet());
    return touched;
  }

  // ---- operations

  @Override
  public OperationResult apply(Operation operation, Map<String, PlannedRows> rows) {
    return operations.apply(operation, rows);
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
  public void revert(Operation operation, long fence) {
    operations.revert(operation, fence);
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
    try (RelationalSession session = store.begin(true)) {
      if (store.registry.branchNumber(session, branch.id()) == null) {
        store.registry.put(session, branch, false, true);
        session.commit();
      }
    }
    restoration.restore(branch, origin, head, commits);
  }

  // ---- branches

  @Override
  public Optional<String> putBranch(BranchHandle branch, Map<String, BranchTable> tables) {
    return branches.put(branch, tables);
  }

  @Override
  public Set<String> branches(String repository) {
    return branches.ids(repository);
  }

  @Override
  public Map<String, String> names(String repository) {
    return branches.names(repository);
  }

  @Override
  public void dropBranch(BranchHandle branch) {
    branches.drop(branch);
  }

  @Override
  public List<String> reclaim(String repository, Set<String> kept, boolean dryRun) {
    return branches.reclaim(repository, kept, dryRun);
  }

  @Override
  public List<String> reclaimTables(String repository, Set<String> kept, boolean dryRun) {
    return registration.reclaim(repository, kept, dryRun);
  }

  @Override
  public void uninstall() {
    registration.uninstall();
  }

  @Override
  public void close() {
    store.close();
  }
}
