package dev.epoch.storage.postgres;

import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.sqlclient.PoolOptions;

/** A database of one test class, and the adapter's connections to it. */
public final class PostgresTest implements AutoCloseable {
  public final TestDatabase sql;
  public final Database database;

  public PostgresTest() {
    this(StoragePostgres.database());
  }

  /**
   * @param sql which this closes, too
   */
  public PostgresTest(TestDatabase sql) {
    this.sql = sql;
    this.database =
        new Database(StoragePostgres.vertx(), sql.options(), new PoolOptions().setMaxSize(4));
  }

  @Override
  public void close() {
    database.close();
    sql.close();
  }
}
