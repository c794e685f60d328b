package dev.epoch.storage.relational;

import com.zaxxer.hikari.HikariDataSource;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.layered.LayerStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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
