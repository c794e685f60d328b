package dev.epoch.storage.postgres;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** A database with versioned tables, driven like the server drives it. */
public final class TestRepository implements AutoCloseable {
  public static final String REPOSITORY = "shop";

  public final TestDatabase database;
  public final PostgresStorageAdapter adapter;
  public final BranchHandle main = new BranchHandle(REPOSITORY, "bmain", "main", true);

  private final Map<String, TableHandle> tables = new LinkedHashMap<>();
  private final Map<String, Map<String, RowsLocation>> heads = new HashMap<>();
  private final Map<String, TableSchema> schemas = new HashMap<>();
  private long position;
  private int installed;

  public TestRepository(String... statements) {
    this(StoragePostgres.databaseWithSchema(), TestDatabase::owner, statements);
  }

  /**
   * @param role makes what the statements need in the new database, and tells Epoch's role
   */
  public TestRepository(Function<TestDatabase, String> role, String... statements) {
    this(StoragePostgres.database(), role, statements);
  }

  private TestRepository(
      TestDatabase database, Function<TestDatabase, String> role, String... statements) {
    this.database = database;
    String epoch = role.apply(database);
    database.execute(statements);
    adapter =
        new PostgresStorageAdapter(
            StoragePostgres.vertx(), database.options(epoch), new PoolOptions().setMaxSize(8));
    heads.put(main.id(), new LinkedHashMap<>());
  }

  @Override
  public void close() {
    adapter.close();
    database.close();
  }

  public OperationId nextOperation() {
    position++;
    return new OperationId(new UUID(7, position), position);
  }

  /** Registers tables of the schema public. */
  public void install(String... names) {
    for (String name : names) {
      install(name, List.of());
    }
    putBranch(main);
  }

  /** Registers a table of the schema public by columns that tell its rows apart. */
  public void installBy(String name, String... key) {
    install(name, List.of(key));
    putBranch(main);
  }

  private void install(String name, List<String> key) {
    TablePath path = new TablePath("public", name);
    TableHandle table =
        new TableHandle(
            REPOSITORY, "t" + ++installed, name, path, adapter.introspect(path, key).schema());
    OperationId operation = nextOperation();
    adapter.install(operation, table);
    tables.put(name, table);
    heads.get(main.id()).put(name, RowsLocation.live(operation.position()));
  }

  /** Registers a table that a session has made on a branch. */
  public TableHandle adopt(BranchHandle branch, String name, String... key) {
    TablePath path = new TablePath("public", name);
    var own = adapter.ownTables().orElseThrow();
    TableHandle table =
        new TableHandle(
            REPOSITORY,
            "t" + ++installed,
            name,
            path,
            own.introspect(branch, path, List.of(key)).schema());
    OperationId operation = nextOperation();
    own.adopt(operation, branch, table);
    tables.put(name, table);
    heads.get(branch.id()).put(name, RowsLocation.live(operation.position()));
    return table;
  }

  /**
   * What is installed from now on has no other tables beside it: main and new branches see only
   * that. For tests with a table for each case, whose branches would have all tables before it.
   */
  public void leaveTables() {
    tables.clear();
    heads.get(main.id()).clear();
  }

  public TableHandle table(String name) {
    return tables.get(name);
  }

  /** The table as the branch's head has it. */
  public TableHandle table(BranchHandle branch, String name) {
    TableHandle table = tables.get(name);
    return table.with(schemas.getOrDefault(branch.id() + table.id(), table.schema()));
  }

  public BranchHandle branch(String name, BranchHandle from) {
    return branch(new BranchHandle(REPOSITORY, "b" + name, name, false), from);
  }

  /** One that has sequences of its own. */
  public BranchHandle numberedBranch(String name, BranchHandle from) {
    String id = "b" + (name + "0".repeat(12)).substring(0, 12);
    return branch(new BranchHandle(REPOSITORY, id, name, false, 0, true, false, false), from);
  }

  private BranchHandle branch(BranchHandle branch, BranchHandle from) {
    heads.put(branch.id(), new LinkedHashMap<>(heads.get(from.id())));
    tables.values().forEach(t -> schemas.put(branch.id() + t.id(), table(from, t.name()).schema()));
    putBranch(branch);
    return branch;
  }

  private void putBranch(BranchHandle branch) {
    Map<String, BranchTable> byId = new LinkedHashMap<>();
    tables.values().stream()
        .filter(t -> heads.get(branch.id()).containsKey(t.name()))
        .forEach(t -> byId.put(t.id(), at(branch, t.name())));
    adapter.putBranch(branch, byId);
  }

  public RowsLocation head(BranchHandle branch, String table) {
    return heads.get(branch.id()).get(table);
  }

  public void setHead(BranchHandle branch, String table, RowsLocation head) {
    heads.get(branch.id()).put(table, head);
  }

  public BranchTable at(BranchHandle branch, String table) {
    return new BranchTable(table(branch, table), head(branch, table));
  }

  public TableState committed(BranchHandle branch, String table) {
    return new TableState.Committed(head(branch, table));
  }

  public TableState working(BranchHandle branch, String table) {
    return new TableState.Working(branch, head(branch, table));
  }

  /** Runs statements in one transaction of an application that works on the branch. */
  public void write(BranchHandle branch, String... statements) {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      if (!branch.isDefault()) {
        statement.execute("SELECT epoch.use_branch('" + branch.name() + "')");
      }
      for (String sql : statements) {
        statement.execute(sql);
      }
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Commits uncommitted changes of tables; the operation. */
  public Operation commit(BranchHandle branch, String... names) {
    Operation operation =
        new Operation(
            nextOperation(),
            branch,
            List.of(names).stream()
                .<Operation.TableOperation>map(
                    name -> new Operation.CommitWorkingSet(at(branch, name)))
                .toList());
    apply(operation, Map.of());
    return operation;
  }

  /** Merges rows into one table; the operation. */
  public Operation merge(BranchHandle branch, String table, long anchor, List<RowChange> changes) {
    Operation operation =
        new Operation(
            nextOperation(), branch, List.of(new Operation.MergeRows(at(branch, table), anchor)));
    apply(operation, Map.of(table(table).id(), PlannedRows.fixed(RowStream.of(changes))));
    return operation;
  }

  /** Merges rows into a table whose schema is another one by then; the operation. */
  public Operation merge(
      BranchHandle branch, TableHandle table, long anchor, List<RowChange> changes) {
    BranchTable target = new BranchTable(table, head(branch, table.name()));
    Operation operation =
        new Operation(nextOperation(), branch, List.of(new Operation.MergeRows(target, anchor)));
    apply(operation, Map.of(table.id(), PlannedRows.fixed(RowStream.of(changes))));
    return operation;
  }

  /** Merges rows into several tables; the operation. */
  public Operation mergeAll(BranchHandle branch, long anchor, Map<String, List<RowChange>> rows) {
    Map<String, PlannedRows> plans = new HashMap<>();
    rows.forEach(
        (name, changes) -> plans.put(table(name).id(), PlannedRows.fixed(RowStream.of(changes))));
    Operation operation =
        new Operation(
            nextOperation(),
            branch,
            rows.keySet().stream()
                .<Operation.TableOperation>map(
                    name -> new Operation.MergeRows(at(branch, name), anchor))
                .toList());
    apply(operation, plans);
    return operation;
  }

  public void apply(Operation operation, Map<String, PlannedRows> changes) {
    OperationResult result = adapter.apply(operation, changes);
    Map<String, RowsLocation> locations = result.locations();
    result.schemas().forEach((id, schema) -> schemas.put(operation.branch().id() + id, schema));
    for (Operation.TableOperation table : operation.tables()) {
      TableHandle handle = table.table().table();
      setHead(operation.branch(), handle.name(), locations.get(handle.id()));
    }
  }

  /** Reverts an operation; heads are as before it. */
  public void revert(Operation operation) {
    adapter.revert(operation);
    for (Operation.TableOperation table : operation.tables()) {
      setHead(operation.branch(), table.table().table().name(), table.table().head());
    }
  }

  public Map<RowKey, Row> rows(String table, TableState state) {
    return rows(table(table), state);
  }

  public Map<RowKey, Row> rows(TableHandle table, TableState state) {
    int[] key = table.schema().keyIndexes();
    Map<RowKey, Row> rows = new HashMap<>();
    for (Row row : list(adapter.rows(table, state, RowQuery.all()))) {
      if (rows.put(row.key(key), row) != null) {
        throw new AssertionError("twice: " + row);
      }
    }
    return rows;
  }

  public List<RowChange> changes(String table, TableState from, TableState to) {
    return list(adapter.changes(table(table), from, to, ChangeQuery.all()));
  }

  public List<RowChange> changes(TableHandle table, TableState from, TableState to) {
    return list(adapter.changes(table, from, to, ChangeQuery.all()));
  }

  public static <T> List<T> list(RowStream<T> stream) {
    List<T> all = new java.util.ArrayList<>();
    try (stream) {
      stream.forEachRemaining(all::add);
    }
    return all;
  }
}
