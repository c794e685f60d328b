package dev.epoch.storage.postgres;

import dev.epoch.storage.AbstractStorageAdapterTests;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.sqlclient.PoolOptions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** As the owner of the database, who is no superuser. */
class PostgresStorageAdapterIT extends AbstractStorageAdapterTests {
  private TestDatabase database;

  @Override
  protected StorageAdapter open() {
    database = StoragePostgres.database();
    database.execute(
        "CREATE TABLE person (id integer PRIMARY KEY, name text, age integer)",
        "INSERT INTO person VALUES (1, 'Ann', 30), (2, 'Bob', 40), (3, 'Cid', 50)");
    return new PostgresStorageAdapter(
        StoragePostgres.vertx(), database.options(), new PoolOptions().setMaxSize(4));
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Override
  protected TablePath path() {
    return new TablePath("public", "person");
  }

  @Override
  protected List<String> usersRows() {
    return database.rows("SELECT * FROM person").stream().map(Object::toString).toList();
  }
}
