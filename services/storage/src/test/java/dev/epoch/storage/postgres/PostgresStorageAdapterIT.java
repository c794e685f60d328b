package dev.epoch.storage.postgres;

import dev.epoch.storage.AbstractStorageAdapterTests;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageBackend;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.sqlclient.PoolOptions;
import java.util.List;

/** As the owner of the database, who is no superuser. */
class PostgresStorageAdapterIT extends AbstractStorageAdapterTests {
  @Override
  protected StorageBackend open() {
    TestDatabase database = StoragePostgres.durableDatabase();
    database.execute(
        "CREATE TABLE person (id integer PRIMARY KEY, name text, age integer)",
        "INSERT INTO person VALUES (1, 'Ann', 30), (2, 'Bob', 40), (3, 'Cid', 50)");
    return new Backend(
        database,
        new PostgresStorageAdapter(
            StoragePostgres.vertx(), database.options(), new PoolOptions().setMaxSize(4)));
  }

  private record Backend(TestDatabase database, StorageAdapter adapter) implements StorageBackend {
    @Override
    public TablePath path() {
      return new TablePath("public", "person");
    }

    @Override
    public List<String> usersRows() {
      return database.rows("SELECT * FROM person").stream().map(Object::toString).toList();
    }

    @Override
    public void close() {
      adapter.close();
      database.close();
    }
  }
}
