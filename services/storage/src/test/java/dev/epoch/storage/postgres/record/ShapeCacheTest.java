package dev.epoch.storage.postgres.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.testing.StoragePostgres;
import io.vertx.sqlclient.PoolOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShapeCacheTest {
  private final ShapeCache<Integer> shapes = new ShapeCache<>();
  private TestRepository shop;
  private BranchHandle feature;
  private Database database;
  private int derived;

  @BeforeEach
  void start() {
    shop = new TestRepository("CREATE TABLE item (id integer PRIMARY KEY, name text)");
    shop.install("item");
    feature = shop.branch("feature", shop.main);
    database =
        new Database(
            StoragePostgres.vertx(), shop.database.options(), new PoolOptions().setMaxSize(1));
  }

  @AfterEach
  void stop() {
    database.close();
    shop.close();
  }

  private int shape() {
    String table = shop.database.value("SELECT table_id FROM epoch.tables");
    return database.write(
        session -> shapes.get(session, table, feature.id(), () -> {}, () -> ++derived));
  }

  @Test
  void holdsWhenSqlIsToldOfCommits() {
    assertThat(shape()).isOne();

    shop.database.execute("UPDATE epoch.branches SET head = 'c2', created_at = now()");

    assertThat(shape()).isOne();
  }

  @Test
  void isAskedForAnewWhenTheTableHasChanged() {
    assertThat(shape()).isOne();

    shop.database.execute("ALTER TABLE item ADD later text");

    assertThatExceptionOfType(BusyException.class).isThrownBy(this::shape);
    assertThat(shape()).isEqualTo(2);
  }
}
