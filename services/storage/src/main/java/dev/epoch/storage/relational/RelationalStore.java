package dev.epoch.storage.relational;

import com.zaxxer.hikari.HikariDataSource;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.layered.LayerSession;
import dev.epoch.storage.layered.LayerStore;
import dev.epoch.storage.relational.BranchWorkspaces.Visit;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/** Layers of one database, over a pool of connections. */
public final class RelationalStore implements LayerStore, AutoCloseable {
  private final HikariDataSource connections;
  final Dialect dialect;
  final Catalog catalog;
  final ColumnCodec codec;
  final QueryDialect queries;
  final Registry registry;

  /** Registered tables by id, as of a version of the catalog. */
  final Map<String, Known> known = new ConcurrentHashMap<>();

  /** A table with the version of the catalog that it was read at. */
  record Known(long version, LayerTable table) {}

  private volatile boolean prepared;
  private volatile BranchWorkspaces workspaces = BranchWorkspaces.NONE;

  /**
   * @param queries null if states are not queried
   */
  public RelationalStore(
      HikariDataSource connections,
      Dialect dialect,
      Catalog catalog,
      ColumnCodec codec,
      QueryDialect queries) {
    this.connections = connections;
    this.dialect = dialect;
    this.catalog = catalog;
    this.codec = codec;
    this.queries = queries;
    this.registry = new Registry(dialect);
  }

  @Override
  public RelationalSession begin(boolean writes) {
    return begin(writes ? Access.LAYERS : Access.READ);
  }

  @Override
  public Duration patience() {
    return dialect.patience();
  }

  @Override
  public RelationalSession beginOnLive() {
    return begin(Access.LIVE);
  }

  private RelationalSession begin(Access access) {
    if (!prepared) {
      prepare();
    }
    return open(access);
  }

  @Override
  public RelationalSession begin(
      BranchHandle branch, Collection<TableHandle> tables, boolean needed) {
    return branch.isDefault()
        ? beginOnLive()
        : begin(
            (session, connection) -> workspaces.enter(session, connection, branch, tables, needed));
  }

  /**
   * A transaction that writes.
   *
   * @param entering what is done in it before all else, with its connection
   */
  public RelationalSession begin(BiFunction<LayerSession, Connection, Visit> entering) {
    RelationalSession session = begin(true);
    try {
      session.visiting(entering.apply(session, session.connection));
      return session;
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** Where clients find branches outside of the database. */
  public void workspaces(BranchWorkspaces places) {
    workspaces = places;
  }

  BranchWorkspaces workspaces() {
    return workspaces;
  }

  /**
   * A table that a branch has.
   *
   * @param table with the schema of the live table
   * @param live as the catalog has it; null if there is none
   * @param number of the registration
   * @param key places of the key's columns among those of the live table
   */
  public record TableOfBranch(TableHandle table, LiveTable live, int number, List<Integer> key) {
    public TableOfBranch {
      key = List.copyOf(key);
    }
  }

  /** The tables that a branch has, in the order in which they were registered. */
  public List<TableOfBranch> tablesOf(LayerSession session, BranchHandle branch) {
    RelationalSession own = (RelationalSession) session;
    List<TableOfBranch> tables = new ArrayList<>();
    for (LayerTable known : registry.tables(own)) {
      if (known.archived() || !registry.hasTable(own, branch.id(), known.number())) {
        continue;
      }
      LayerTable table = TableShapes.named(own, known);
      try {
        LiveTable live = catalog.table(own.connection, table.path()).orElse(null);
        if (live == null || !table.live().keySet().containsAll(table.key())) {
          continue;
        }
        TableHandle handle =
            new TableHandle(
                table.repository(),
                table.id(),
                table.path().table(),
                table.path(),
                TableShapes.schema(table, live));
        List<Integer> key =
            table.key().stream()
                .map(id -> live.columns().indexOf(live.column(table.live().get(id))))
                .toList();
        tables.add(new TableOfBranch(handle, live, table.number(), key));
      } catch (SQLException e) {
        throw dialect.translate(e, "read the shape of " + table.path());
      }
    }
    return tables;
  }

  /** Where a branch's last commit of a table is; empty if the branch has none. */
  public Optional<RowsLocation> head(LayerSession session, BranchHandle branch, TableHandle table) {
    RelationalSession own = (RelationalSession) session;
    return registry.heads(own, own.table(table).number()).stream()
        .filter(head -> head.id().equals(branch.id()))
        .map(Registry.HeadOfBranch::head)
        .findFirst();
  }

  private RelationalSession open(Access access) {
    Connection connection = connection();
    try {
      return new RelationalSession(this, connection, access);
    } catch (RuntimeException e) {
      close(connection);
      throw e;
    }
  }

  /** Makes what Epoch keeps in the database, where it is not there. */
  private synchronized void prepare() {
    if (prepared) {
      return;
    }
    try (RelationalSession session = open(Access.READ)) {
      if (registry.isThere(session)) {
        prepared = true;
        return;
      }
    }
    try (RelationalSession session = open(Access.LAYERS)) {
      registry.create(session);
      session.commit();
    }
    prepared = true;
  }

  /** Whether there is anything of Epoch's; makes nothing. */
  boolean isPrepared() {
    try (RelationalSession session = open(Access.READ)) {
      return registry.isThere(session);
    }
  }

  /** What Epoch keeps is gone. */
  synchronized void forget() {
    prepared = false;
    known.clear();
  }

  /** A connection outside of any transaction. */
  public Connection connection() {
    try {
      return connections.getConnection();
    } catch (SQLException e) {
      throw dialect.translate(e, "connect");
    }
  }

  static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new StorageException("The connection cannot be given back", null, e);
    }
  }

  @Override
  public void close() {
    connections.close();
  }
}
