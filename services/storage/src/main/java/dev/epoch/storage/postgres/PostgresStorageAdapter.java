package dev.epoch.storage.postgres;

import dev.epoch.events.Digest;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.model.schema.migration.SchemaSteps;
import dev.epoch.storage.Capabilities;
import dev.epoch.storage.Capabilities.Capture;
import dev.epoch.storage.Capabilities.Transactions;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.Removal;
import dev.epoch.storage.SqlSurface;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageCheck;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.branch.BranchCopy;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchOwnTables;
import dev.epoch.storage.branch.BranchSessions;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.branch.Materialization;
import dev.epoch.storage.branch.OpenBranchTables;
import dev.epoch.storage.branch.OpenedTables;
import dev.epoch.storage.copy.TableMaker;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.branch.BranchCopies;
import dev.epoch.storage.postgres.branch.BranchOpenings;
import dev.epoch.storage.postgres.branch.BranchRegistry;
import dev.epoch.storage.postgres.branch.OwnTables;
import dev.epoch.storage.postgres.branch.PostgresBranchSessions;
import dev.epoch.storage.postgres.capture.TableCapture;
import dev.epoch.storage.postgres.capture.TableRemoval;
import dev.epoch.storage.postgres.catalog.BranchShapes;
import dev.epoch.storage.postgres.catalog.Introspector;
import dev.epoch.storage.postgres.catalog.PhysicalTables;
import dev.epoch.storage.postgres.catalog.PrivilegeCheck;
import dev.epoch.storage.postgres.catalog.SchemaUpgrade;
import dev.epoch.storage.postgres.catalog.TableShapes;
import dev.epoch.storage.postgres.catalog.UserTables;
import dev.epoch.storage.postgres.codec.PostgresValueCodec;
import dev.epoch.storage.postgres.connection.Connecting;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import dev.epoch.storage.postgres.copy.PostgresTableMaker;
import dev.epoch.storage.postgres.migration.PostgresMigrations;
import dev.epoch.storage.postgres.migration.PostgresSchemaTrials;
import dev.epoch.storage.postgres.operation.BranchBeginning;
import dev.epoch.storage.postgres.operation.BranchTables;
import dev.epoch.storage.postgres.operation.PhysicalOperations;
import dev.epoch.storage.postgres.operation.PostgresOperationExecutor;
import dev.epoch.storage.postgres.operation.restore.Restoration;
import dev.epoch.storage.postgres.query.QueryLimits;
import dev.epoch.storage.postgres.query.ReadQueries;
import dev.epoch.storage.postgres.query.StateChecks;
import dev.epoch.storage.postgres.record.RecordWrites;
import dev.epoch.storage.postgres.schema.PostgresSchemaReader;
import dev.epoch.storage.postgres.schema.PostgresSchemaWriter;
import dev.epoch.storage.postgres.state.PostgresStateReader;
import dev.epoch.storage.postgres.state.RelationNames;
import dev.epoch.storage.postgres.state.StateResolver;
import dev.epoch.storage.postgres.surface.PostgresSqlSurface;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.query.StateQueries;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.schema.SchemaMigrations;
import dev.epoch.storage.schema.SchemaReader;
import dev.epoch.storage.schema.SchemaTrials;
import dev.epoch.storage.schema.SchemaWriter;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.state.UncapturedTable;
import io.vertx.mutiny.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Tables of a PostgreSQL database, versioned where they are; see docs/postgresql-layout.md. */
public final class PostgresStorageAdapter
    implements StorageAdapter, StateQueries, OpenBranchTables {
  private static final Capabilities CAPABILITIES =
      new Capabilities(Transactions.ALL_TABLES, Capture.TRIGGERS, Set.of(Constraint.Kind.values()));

  private final TableShapes shapes;
  private final PhysicalOperations physical;
  private final RelationNames names;
  private final Database database;
  private final SchemaUpgrade upgrade;
  private final TableCapture capture;
  private final TableRemoval removal;
  private final BranchRegistry branches;
  private final BranchBeginning beginnings;
  private final BranchCopies copies;
  private final BranchOpenings openings;
  private final OwnTables own;
  private final PhysicalStates states;
  private final PhysicalRescan rescans;
  private final PostgresSchemaReader schemas;
  private final ReadQueries queries;
  private final PhysicalWrites writes;
  private final PhysicalExecutor operations;
  private final PostgresSqlSurface surface;
  private final PostgresBranchSessions sessions;
  private final ValueCodec values = new PostgresValueCodec();

  /** Connects when first used; queries get half as many connections of their own. */
  public PostgresStorageAdapter(Vertx vertx, PgConnectOptions options, PoolOptions poolOptions) {
    this(vertx, options, poolOptions, LockRetries.usual());
  }

  public PostgresStorageAdapter(
      Vertx vertx, PgConnectOptions options, PoolOptions poolOptions, LockRetries retries) {
    this(
        new Connecting(vertx, AddressRules.ANYTHING),
        options,
        poolOptions,
        QueryLimits.DEFAULT,
        retries);
  }

  PostgresStorageAdapter(
      Connecting connecting,
      PgConnectOptions options,
      PoolOptions poolOptions,
      QueryLimits limits) {
    this(connecting, options, poolOptions, limits, LockRetries.usual());
  }

  private PostgresStorageAdapter(
      Connecting connecting,
      PgConnectOptions options,
      PoolOptions poolOptions,
      QueryLimits limits,
      LockRetries retries) {
    this.database = new Database(connecting, options, poolOptions);
    this.shapes = new TableShapes(database, retries);
    this.names = new RelationNames(shapes);
    BranchShapes branchShapes = new BranchShapes(database, retries);
    PhysicalTables tables = new PhysicalTables(shapes);
    StateResolver resolver = new StateResolver(names);
    this.physical = new PhysicalOperations(shapes, branchShapes, resolver::isKnownLayered);
    this.upgrade = new SchemaUpgrade(database, retries);
    this.capture = new TableCapture(database, retries);
    this.branches = new BranchRegistry(database, retries);
    this.beginnings = new BranchBeginning(database, retries);
    this.copies = new BranchCopies(database, retries);
    this.openings = new BranchOpenings(database, retries, copies);
    this.own = new OwnTables(database, retries, branchShapes);
    PostgresStateReader reader = new PostgresStateReader(database, resolver);
    this.states = new PhysicalStates(shapes, tables, branchShapes, upgrade, reader);
    this.rescans = new PhysicalRescan(database, retries, shapes, tables, states, reader);
    this.schemas = new PostgresSchemaReader(database);
    this.removal = new TableRemoval(database, retries, reader::isPending);
    this.queries =
        new ReadQueries(
            connecting,
            database,
            options,
            ReadQueries.half(poolOptions),
            states::select,
            values,
            limits);
    this.writes =
        new PhysicalWrites(
            shapes,
            tables,
            branchShapes,
            states::working,
            new RecordWrites(database, values, retries, names));
    PostgresOperationExecutor executor =
        new PostgresOperationExecutor(
            database,
            resolver,
            retries,
            (session, operation) -> new BranchTables(session, resolver, operation.branch()),
            new StateChecks(reader::select, values, limits));
    this.operations =
        new PhysicalExecutor(
            shapes, tables, physical, executor, new Restoration(database, resolver, retries));
    this.surface = new PostgresSqlSurface(database, retries, upgrade, connecting, options);
    this.sessions = new PostgresBranchSessions(connecting, options, database, retries, branches);
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public Optional<StateQueries> queries() {
    return Optional.of(this);
  }

  @Override
  public Optional<BranchSessions> sessions() {
    return Optional.of(sessions);
  }

  @Override
  public Optional<Materialization> materialization() {
    return Optional.of(new PhysicalCopies(upgrade, copies, openings));
  }

  @Override
  public Optional<SqlSurface> surface() {
    return Optional.of(surface);
  }

  @Override
  public Optional<TableMaker> tableMaker() {
    return Optional.of(new PostgresTableMaker(database));
  }

  @Override
  public Optional<BranchOwnTables> ownTables() {
    upgrade.settle();
    return Optional.of(own);
  }

  @Override
  public Optional<OpenBranchTables> openTables() {
    return Optional.of(this);
  }

  @Override
  public OpenedTables open(BranchHandle branch, Collection<TableHandle> tables) {
    OpenedTables opened = openings.open(branch, tables);
    writes.forget(branch);
    return opened;
  }

  @Override
  public void close(BranchHandle branch, Collection<TableHandle> tables) {
    openings.close(branch, tables);
    writes.forget(branch);
  }

  @Override
  public OpenedTables opened(BranchHandle branch) {
    upgrade.settle();
    return openings.opened(branch);
  }

  @Override
  public Optional<SchemaReader> schemas() {
    return Optional.of(schemas);
  }

  @Override
  public Optional<SchemaMigrations> migrations() {
    upgrade.settle();
    return Optional.of(new PostgresMigrations(database));
  }

  @Override
  public Optional<SchemaTrials> schemaTrials() {
    return Optional.of(new PostgresSchemaTrials(database));
  }

  @Override
  public Optional<SchemaWriter> schemaChanges() {
    return Optional.of(new PostgresSchemaWriter(database));
  }

  @Override
  public StorageCheck check() {
    return PrivilegeCheck.check(database);
  }

  @Override
  public void uninstall() {
    capture.uninstall();
  }

  @Override
  public void close() {
    sessions.close();
    queries.close();
    database.close();
  }

  @Override
  public List<TablePath> tables() {
    return database.read(UserTables::list);
  }

  @Override
  public Introspection introspect(TablePath path, List<String> primaryKey) {
    return database.read(session -> Introspector.introspect(session, path, primaryKey));
  }

  @Override
  public void install(OperationId operation, TableHandle table) {
    capture.install(operation, table);
  }

  @Override
  public void remove(TableHandle table, Removal how) {
    shapes.settle(() -> removal.remove(table, how));
  }

  @Override
  public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
    return states.rows(table, state, query);
  }

  @Override
  public Optional<Row> row(TableHandle table, TableState state, RowKey key) {
    return states.row(table, state, key);
  }

  @Override
  public RowStream<RowChange> changes(
      TableHandle table, TableState from, TableState to, ChangeQuery query) {
    return states.changes(table, from, to, query);
  }

  @Override
  public RowStream<ThreeWayRow> threeWay(
      TableHandle table, TableState base, TableState ours, TableState theirs) {
    return states.threeWay(table, base, ours, theirs);
  }

  @Override
  public QueryResult query(ReadQuery query) {
    upgrade.settle();
    query.tables().keySet().forEach(shapes::physical);
    return shapes.settled(() -> queries.query(query));
  }

  @Override
  public Set<String> touched(BranchHandle branch, Collection<BranchTable> tables) {
    return states.touched(branch, tables);
  }

  @Override
  public Map<String, TableSchema> schemas(BranchHandle branch, Collection<BranchTable> tables) {
    return states.schemas(branch, tables);
  }

  @Override
  public Set<String> lost(TableHandle table) {
    return states.lost(table);
  }

  @Override
  public Map<String, PendingChanges> pending(BranchHandle branch, Collection<BranchTable> tables) {
    return states.pending(branch, tables);
  }

  @Override
  public WriteResult write(
      BranchHandle branch, BranchTable table, List<RowWrite> writes, Optional<WriteKey> key) {
    if (key.isPresent()) {
      upgrade.settle();
    }
    return this.writes.write(branch, table, writes, key);
  }

  @Override
  public void requireRemovable(TableHandle table, Removal how) {
    shapes.settle(() -> removal.requireRemovable(table, how));
  }

  @Override
  public Optional<String> putBranch(BranchHandle branch, Map<String, BranchTable> tables) {
    Function<TableHandle, String> definitions = table -> physical.definition(table, false);
    try {
      return branches.put(
          branch, tables, definitions, branch.isDefault() ? _ -> null : physical::judgedBy);
    } catch (ShapeMovedException moved) {
      moved.tables().forEach(shapes::look);
      return branches.put(branch, tables, definitions, _ -> null);
    }
  }

  @Override
  public void beginBranch(BranchHandle branch, String tableId, Supplier<List<SchemaSteps>> steps) {
    beginnings.begin(branch, tableId, steps);
  }

  @Override
  public Set<String> branches(String repository) {
    return branches.known(repository);
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
    List<String> reclaimed = branches.reclaim(repository, kept, dryRun);
    if (!dryRun) {
      names.forget(reclaimed);
    }
    return reclaimed;
  }

  @Override
  public List<String> reclaimTables(String repository, Set<String> kept, boolean dryRun) {
    return removal.reclaim(repository, kept, dryRun);
  }

  /** Copies tables also where they can be open: what is made unasked, where it is read a lot. */
  public List<BranchCopy> copy(
      BranchHandle branch, Collection<TableHandle> tables, Duration patience) {
    return copies.materialize(branch, tables.stream().map(TableHandle::id).toList(), patience);
  }

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
  public void interrupt(OperationId operation) {
    operations.interrupt(operation);
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
  public ValueCodec values() {
    return values;
  }

  @Override
  public void repair(TableHandle table, long position) {
    capture.repair(table, position);
  }

  @Override
  public List<UncapturedTable> uncaptured(String repository) {
    return rescans.uncaptured(repository);
  }

  @Override
  public void rescan(BranchHandle branch, BranchTable table, Digest content) {
    upgrade.settle();
    rescans.rescan(branch, table, content);
  }

  @Override
  public void restore(
      BranchHandle branch,
      RowsLocation origin,
      BranchTable head,
      Iterator<CommittedChanges> commits) {
    operations.restore(branch, origin, head, commits);
  }
}
