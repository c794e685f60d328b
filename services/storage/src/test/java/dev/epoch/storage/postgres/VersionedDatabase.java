package dev.epoch.storage.postgres;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.Removal;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.postgres.branch.BranchRegistry;
import dev.epoch.storage.postgres.capture.TableCapture;
import dev.epoch.storage.postgres.capture.TableRemoval;
import dev.epoch.storage.postgres.catalog.Introspector;
import dev.epoch.storage.postgres.catalog.Layout;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** A test database in which tables are captured and branches told of, without the rest of Epoch. */
public final class VersionedDatabase implements AutoCloseable {
  public static final String REPOSITORY = "shop";
  public static final BranchHandle MAIN =
      new BranchHandle(REPOSITORY, "b00000000main", "main", true);

  private final TestDatabase database;
  private final Database connections;
  private final AtomicLong positions = new AtomicLong();
  private final AtomicLong ids = new AtomicLong();
  public final TableCapture capture;
  private final TableRemoval removal;
  public final BranchRegistry branches;

  private VersionedDatabase(TestDatabase database, String role) {
    this.database = database;
    this.connections =
        new Database(
            StoragePostgres.vertx(), database.options(role), new PoolOptions().setMaxSize(4));
    LockRetries retries = new LockRetries(Duration.ofMillis(100), Duration.ofSeconds(20));
    this.capture = new TableCapture(connections, retries);
    this.removal = new TableRemoval(connections, retries, (_, _, _) -> false);
    this.branches = new BranchRegistry(connections, retries);
  }

  /** Epoch works as the owner of the database. */
  public static VersionedDatabase start() {
    return startIn(StoragePostgres.databaseWithSchema());
  }

  /** {@link #start} in a database that Epoch has never seen. */
  public static VersionedDatabase startWithoutSchema() {
    return startIn(StoragePostgres.database());
  }

  private static VersionedDatabase startIn(TestDatabase database) {
    return new VersionedDatabase(database, database.owner());
  }

  /** Epoch works as a superuser. */
  public static VersionedDatabase startAsSuperuser() {
    return new VersionedDatabase(StoragePostgres.database(), "postgres");
  }

  public TestDatabase sql() {
    return database;
  }

  public Database connections() {
    return connections;
  }

  /** New connections of Epoch's, as the owner; the caller closes them. */
  public Database reconnected() {
    return new Database(
        StoragePostgres.vertx(), database.options(), new PoolOptions().setMaxSize(1));
  }

  public OperationId nextOperation() {
    return new OperationId(UUID.randomUUID(), positions.incrementAndGet());
  }

  /** Position of the last operation. */
  public long position() {
    return positions.get();
  }

  /** Captures a table of schema {@code public} and tells of it on the default branch. */
  public TableHandle install(String table, String... key) {
    return install(new TablePath("public", table), table, key);
  }

  TableHandle install(TablePath path, String name, String... key) {
    TableHandle handle = handle("t" + "%012d".formatted(ids.incrementAndGet()), path, name, key);
    capture.install(nextOperation(), handle);
    return handle;
  }

  /** {@link #install} with the shape that introspection finds. */
  public TableHandle installReal(TablePath path, String name) {
    TableHandle handle = installReal(REPOSITORY, path, name);
    branches.put(MAIN, heads(RowsLocation.live(position()), handle));
    return handle;
  }

  /** {@link #installReal(TablePath, String)} without telling of it on a branch. */
  public TableHandle installReal(String repository, TablePath path, String name) {
    TableSchema schema =
        connections.read(session -> Introspector.introspect(session, path, List.of())).schema();
    TableHandle handle =
        new TableHandle(
            repository, "t" + "%012d".formatted(ids.incrementAndGet()), name, path, schema);
    capture.install(nextOperation(), handle);
    return handle;
  }

  /** Removes the table with all that is kept of it. */
  public void remove(TableHandle table) {
    removal.remove(table, Removal.OF_EVERYTHING);
  }

  /** The shape of a table, if there is one that can be versioned by this key. */
  private Optional<TableSchema> found(TablePath path, String... key) {
    try {
      return Optional.of(
          connections
              .read(session -> Introspector.introspect(session, path, List.of(key)))
              .schema());
    } catch (StorageException none) {
      return Optional.empty();
    }
  }

  public TableHandle handle(String id, TablePath path, String name, String... key) {
    List<Column> columns =
        Arrays.stream(key)
            .map(column ->
                new Column(
                    column,
                    column,
                    DataType.of(DataType.Kind.OTHER, "text"),
                    false,
                    null,
                    null,
                    null))
            .toList();
    TableSchema schema = new TableSchema(columns, List.of(key), List.of(), List.of());
    return new TableHandle(REPOSITORY, id, name, path, found(path, key).orElse(schema));
  }

  /** A branch that sees the tables as they were at the last operation. */
  public BranchHandle branch(String name, TableHandle... tables) {
    BranchHandle branch =
        new BranchHandle(REPOSITORY, "b" + "%012d".formatted(ids.incrementAndGet()), name, false);
    branches.put(branch, heads(RowsLocation.live(position()), tables));
    return branch;
  }

  public Map<String, BranchTable> heads(RowsLocation location, TableHandle... tables) {
    Map<String, BranchTable> heads = new LinkedHashMap<>();
    for (TableHandle table : tables) {
      heads.put(table.id(), new BranchTable(table, location));
    }
    return heads;
  }

  /** A connection as the owner whose session works on a branch. */
  public Connection connect(BranchHandle branch) {
    return connect(database.owner(), branch);
  }

  public Connection connect(String role, BranchHandle branch) {
    Connection connection = database.connect(role);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT epoch.use_branch("
              + Quote.literal(branch.name())
              + ", "
              + Quote.literal(branch.repository())
              + ")");
      return connection;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Commits the uncommitted changes of a table as the layout says; its position. */
  public long commit(TableHandle table, String... columns) {
    return commit(Layout.of(table).workingSet(), Layout.of(table).history(), table, columns);
  }

  /** {@link #commit} of the changes of a branch. */
  public long commitOverlay(TableHandle table, BranchHandle branch, String... columns) {
    Layout.Overlay overlay =
        Layout.of(table).overlay(Layout.branchLabel(branch.name()), branch.id());
    return commit(overlay.workingSet(), overlay.history(), table, columns);
  }

  private long commit(String workingSet, String history, TableHandle table, String... columns) {
    long position = positions.incrementAndGet();
    String all = Quote.identifiers(List.of(columns));
    String match =
        String.join(
            " AND ",
            table.schema().primaryKey().stream()
                .map(Quote::identifier)
                .map(column -> "past." + column + " = pending." + column)
                .toList());
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(
          "LOCK TABLE epoch." + Quote.identifier(workingSet) + " IN SHARE ROW EXCLUSIVE MODE");
      statement.execute(
          """
          INSERT INTO epoch.%2$s (epoch_kind, epoch_from, epoch_to, %3$s)
          SELECT
            epoch_kind,
            coalesce((SELECT max(past.epoch_to) FROM epoch.%2$s AS past WHERE %4$s), 0),
            %5$d,
            %3$s
          FROM epoch.%1$s AS pending
          """
              .formatted(
                  Quote.identifier(workingSet), Quote.identifier(history), all, match, position));
      statement.execute("DELETE FROM epoch." + Quote.identifier(workingSet));
      connection.commit();
      return position;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Rows of a live table at the last commit, in the order of the key: as the layout says. */
  public List<List<String>> lastCommit(TableHandle table) {
    return baseAt(table, Long.MAX_VALUE);
  }

  /** Rows of a live table at a position, in the order of the key: as the layout says. */
  public List<List<String>> baseAt(TableHandle table, long position) {
    Layout layout = Layout.of(table);
    String columns =
        Quote.identifiers(table.schema().columns().stream().map(Column::name).toList());
    String key = Quote.identifiers(table.schema().primaryKey());
    String sql =
        """
        WITH past AS (
          SELECT * FROM epoch.%1$s WHERE epoch_from <= %6$d AND epoch_to > %6$d
        ), pending AS (
          SELECT * FROM epoch.%2$s WHERE (%4$s) NOT IN (SELECT %4$s FROM past)
        )
        SELECT %3$s FROM past WHERE epoch_kind = 1
        UNION ALL
        SELECT %3$s FROM pending WHERE epoch_kind = 1
        UNION ALL
        SELECT %3$s FROM %5$s
        WHERE (%4$s) NOT IN (SELECT %4$s FROM past UNION ALL SELECT %4$s FROM pending)
        """
            .formatted(
                Quote.identifier(layout.history()),
                Quote.identifier(layout.workingSet()),
                columns,
                key,
                Quote.qualified(table.path().schema(), table.path().table()),
                position);
    return database.rows("SELECT * FROM (" + sql + ") AS base ORDER BY " + key);
  }

  /** Waits until a session of the database waits for a lock. */
  public void awaitLockWaiter() {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (System.nanoTime() < end) {
      String waiting =
          database.value(
              """
              SELECT count(*) FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'
              """);
      if (!waiting.equals("0")) {
        return;
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("nobody waits for a lock");
  }

  @Override
  public void close() {
    connections.close();
    database.close();
  }
}
