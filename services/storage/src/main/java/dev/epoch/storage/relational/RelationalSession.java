package dev.epoch.storage.relational;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.CheckFailedException;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.layered.KeySet;
import dev.epoch.storage.layered.KeySource;
import dev.epoch.storage.layered.Layer;
import dev.epoch.storage.layered.LayerSession;
import dev.epoch.storage.layered.StateLayers;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.state.RowQuery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** One transaction of a database, and the layers in it. */
final class RelationalSession implements LayerSession {
  final RelationalStore store;
  final Connection connection;
  private final Map<String, Long> branches = new HashMap<>();
  private final Map<String, LayerTable> tables = new HashMap<>();
  private final LayerReads reads;
  private final LayerWrites writes;
  private long version = Long.MIN_VALUE;
  final Access access;
  private boolean open;
  private BranchWorkspaces.Visit visit = BranchWorkspaces.Visit.NONE;

  RelationalSession(RelationalStore store, Connection connection, Access access) {
    this.store = store;
    this.connection = connection;
    this.reads = new LayerReads(this);
    this.writes = new LayerWrites(this);
    this.access = access;
    begin();
  }

  private void begin() {
    try {
      store.dialect.begin(connection, access);
    } catch (SQLException e) {
      throw store.dialect.translate(e, "begin a transaction");
    }
    open = true;
  }

  /** What is written on a branch is brought to where clients find it. */
  void visiting(BranchWorkspaces.Visit workspace) {
    visit = workspace;
  }

  /** Changes shapes; where that is no part of a transaction, another one begins behind. */
  void define(List<String> statements) {
    if (statements.isEmpty()) {
      return;
    }
    statements.forEach(this::execute);
    settle();
  }

  void define(String statement) {
    define(List.of(statement));
  }

  /** Keeps what was written, where changes of shapes behind it would do so anyway. */
  void settle() {
    if (!store.dialect.definesInTransactions()) {
      execute("COMMIT");
      begin();
    }
  }

  // ---- statements

  /** Runs a statement; answers how many rows it changed. */
  int execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    } catch (SQLException e) {
      throw store.dialect.translate(e, sql);
    }
  }

  /** Reads one row. */
  <T> Optional<T> first(String sql, Binding binding, Reading<T> reading) {
    List<T> all = all(sql, binding, reading);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getFirst());
  }

  <T> List<T> all(String sql, Binding binding, Reading<T> reading) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      binding.bind(statement);
      List<T> all = new java.util.ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(reading.read(row));
        }
      }
      return all;
    } catch (SQLException e) {
      throw store.dialect.translate(e, sql);
    }
  }

  long number(String sql) {
    return first(sql, NONE, row -> row.getLong(1)).orElse(0L);
  }

  int update(String sql, Binding binding) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      binding.bind(statement);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw store.dialect.translate(e, sql);
    }
  }

  static final Binding NONE = statement -> {};

  /** Gives a statement its parameters. */
  interface Binding {
    void bind(PreparedStatement statement) throws SQLException;

    /** Texts and numbers, in order. */
    static Binding of(Object... values) {
      return statement -> {
        for (int i = 0; i < values.length; i++) {
          statement.setObject(i + 1, values[i]);
        }
      };
    }
  }

  /** Reads a row. */
  interface Reading<T> {
    T read(ResultSet row) throws SQLException;
  }

  // ---- what is registered

  /** Where the layers of a table are. */
  LayerTable table(TableHandle handle) {
    LayerTable table = tables.computeIfAbsent(handle.id(), this::load);
    if (table == null || table.archived() != handle.removed()) {
      if (handle.removed()) {
        throw new HistoryPrunedException("Nothing is kept of table " + handle.name(), null);
      }
      throw StorageUnavailableException.untold("Table " + handle.name() + " is not captured", null);
    }
    return table;
  }

  private LayerTable load(String id) {
    RelationalStore.Known known = store.known.get(id);
    if (known != null && known.version() == version()) {
      return known.table();
    }
    Optional<LayerTable> found = store.registry.table(this, id);
    if (found.isEmpty()) {
      store.known.remove(id);
      return null;
    }
    LayerTable table = found.get();
    if (!table.archived()) {
      table = TableShapes.named(this, table);
    }
    store.known.put(id, new RelationalStore.Known(version(), table));
    return table;
  }

  private long version() {
    if (version == Long.MIN_VALUE) {
      try {
        version = store.catalog.version(connection);
      } catch (SQLException e) {
        throw store.dialect.translate(e, "read the version of the schema");
      }
    }
    return version;
  }

  /** Something was registered, altered or removed in this session. */
  void changed(String id) {
    tables.remove(id);
    store.known.remove(id);
    version = Long.MIN_VALUE;
  }

  /** Number of a branch that the database knows, or has rows of. */
  long branch(String id) {
    Long number = branches.computeIfAbsent(id, _ -> store.registry.branchNumber(this, id));
    if (number == null) {
      throw new HistoryPrunedException(
          "No rows of branch " + id + " are kept", "Rebuild them (POST /admin/rebuild)");
    }
    return number;
  }

  /** Branches were made or removed in this session. */
  void branchesChanged() {
    branches.clear();
  }

  StateSql sql(LayerTable table) {
    return new StateSql(store.dialect, store.codec, table, this::branch);
  }

  // ---- reading

  @Override
  public RowStream<Row> rows(TableHandle table, StateLayers state, RowQuery query) {
    return reads.rows(table, state, query);
  }

  @Override
  public KeySet keys(List<Keys> sources, RowKey after) {
    return reads.keys(sources, after);
  }

  @Override
  public KeySet keys(TableHandle table, Collection<RowKey> keys) {
    return reads.keys(table, keys);
  }

  @Override
  public List<Row> page(KeySet keys, TableHandle table, StateLayers state, long first, int count) {
    return reads.page((TemporaryKeys) keys, table, state, first, count);
  }

  @Override
  public boolean hasColumns(TableHandle table, TableSchema schema) {
    LayerTable layers = table(table);
    return schema.columns().stream().allMatch(column -> layers.column(column.id()) != null);
  }

  @Override
  public boolean any(TableHandle table, KeySource source) {
    return reads.any(table, source);
  }

  // ---- writing

  @Override
  public void put(TableHandle table, String branch, Collection<RowChange> changes) {
    writes.put(table, branch, changes);
    if (visit.isOf(branch)) {
      visit.touched(table, changes.stream().map(RowChange::key).toList());
    }
  }

  private void touched(TableHandle table, List<KeySource> sources) {
    if (sources.isEmpty()) {
      return;
    }
    try (TemporaryKeys keys = reads.keys(List.of(new Keys(table, sources)), null)) {
      visit.touched(table, reads.all(keys, table));
    }
  }

  @Override
  public void freeze(TableHandle table, String branch, List<KeySource> keys, StateLayers state) {
    try (TemporaryKeys found = reads.keys(List.of(new Keys(table, keys)), null)) {
      writes.freeze(table(table), branch, found, state);
    }
  }

  @Override
  public long dropUnchanged(TableHandle table, String branch, StateLayers state) {
    return writes.dropUnchanged(table, branch, state);
  }

  @Override
  public void commitOverlay(TableHandle table, String branch, long position, StateLayers base) {
    writes.commitOverlay(table, branch, position, base);
  }

  @Override
  public void undoOverlay(TableHandle table, String branch, long position) {
    if (visit.isOf(branch)) {
      touched(table, List.of(new KeySource.OverlayBetween(branch, position - 1, position)));
    }
    writes.undoOverlay(table(table), branch, position);
  }

  @Override
  public void writeLive(TableHandle table, List<RowChange> changes) {
    new LiveWrites(this, table).write(changes);
  }

  @Override
  public long dropUnchangedLive(TableHandle table) {
    return writes.dropUnchangedLive(table);
  }

  @Override
  public void commitHistory(TableHandle table, long position) {
    noteBeginnings(table);
    execute(
        "UPDATE %s SET valid_to = %d WHERE valid_to = %d"
            .formatted(table(table).history(), position, Layer.UNCOMMITTED));
  }

  @Override
  public void undoHistory(TableHandle table, long position) {
    noteBeginnings(table);
    String history = table(table).history();
    execute(
        "DELETE FROM %s WHERE valid_from = %d AND valid_to = %d"
            .formatted(history, position, Layer.UNCOMMITTED));
    execute(
        "UPDATE %s SET valid_to = %d WHERE valid_to = %d"
            .formatted(history, Layer.UNCOMMITTED, position));
  }

  private void noteBeginnings(TableHandle table) {
    if (!store.dialect.capturesBeginnings()) {
      writes.relinkHistory(table(table));
    }
  }

  @Override
  public void clearOverlay(TableHandle table, String branch) {
    execute("DELETE FROM %s WHERE branch = %d".formatted(table(table).overlay(), branch(branch)));
  }

  @Override
  public void setAside(TableHandle table, String branch, boolean back) {
    long number = branch(branch);
    execute(
        "UPDATE %s SET branch = %d WHERE branch = %d AND valid_from = %d"
            .formatted(
                table(table).overlay(),
                back ? number : -number,
                back ? -number : number,
                Layer.UNCOMMITTED));
  }

  @Override
  public void clearHistory(TableHandle table) {
    String history = table(table).history();
    execute("DELETE FROM %s WHERE valid_to < %d".formatted(history, Layer.UNCOMMITTED));
    execute("UPDATE %s SET valid_from = -1".formatted(history));
  }

  @Override
  public void putHistory(TableHandle table, long position, Collection<RowChange> changes) {
    writes.putHistory(table, position, changes);
  }

  @Override
  public void relinkHistory(TableHandle table) {
    writes.relinkHistory(table(table));
  }

  // ---- what the database knows

  @Override
  public void requireKnown(BranchHandle branch, TableHandle table) {
    LayerTable layers = table(table);
    if (!branch.isDefault() && !store.registry.hasTable(this, branch.id(), layers.number())) {
      throw StorageUnavailableException.untold(
          "Branch " + branch.name() + " has no table " + table.name(), null);
    }
  }

  @Override
  public void setHead(BranchHandle branch, TableHandle table, RowsLocation head) {
    if (visit.isOf(branch.id())) {
      store
          .head(this, branch, table)
          .filter(former -> !former.equals(head))
          .ifPresent(former ->
              touched(table, StateLayers.between(StateLayers.at(former), StateLayers.at(head))));
    }
    store.registry.setHead(this, branch, table(table).number(), head);
  }

  @Override
  public Map<String, TableSchema> schemas(BranchHandle branch, Collection<BranchTable> tables) {
    return TableShapes.changed(this, branch, tables);
  }

  @Override
  public Optional<Remembered> operation(UUID id) {
    return store.registry.operation(this, id);
  }

  @Override
  public void remember(UUID id, OperationResult result) {
    store.registry.remember(this, id, result);
  }

  @Override
  public long fence(UUID id, long fence) {
    return store.registry.fence(this, id, fence);
  }

  @Override
  public void forget(Collection<UUID> operations) {
    store.registry.forget(this, operations);
  }

  @Override
  public void check(Operation.Check check, Map<TableHandle, StateLayers> tables) {
    if (store.queries == null) {
      throw CheckFailedException.notRun(
          check.name(), "states of this database's tables are not queried yet", null);
    }
    QueryResult found;
    try {
      found =
          new StateQuery(this, store.queries)
              .run(check.sql(), List.of(), tables, check.limit(), check.timeout());
    } catch (QueryRefusedException | QueryTimeoutException e) {
      throw CheckFailedException.notRun(check.name(), e.getMessage(), e);
    }
    if (!found.rows().isEmpty()) {
      throw CheckFailedException.found(check.name(), found);
    }
  }

  @Override
  public void commit() {
    visit.prepare();
    execute("COMMIT");
    open = false;
    end();
    visit.committed();
  }

  private void end() {
    try {
      store.dialect.end(connection, access);
    } catch (SQLException e) {
      throw store.dialect.translate(e, "end a transaction");
    }
  }

  @Override
  public void close() {
    try {
      if (open) {
        open = false;
        execute("ROLLBACK");
        end();
      }
    } finally {
      try {
        visit.close();
      } finally {
        RelationalStore.close(connection);
      }
    }
  }
}
