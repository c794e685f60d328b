package dev.epoch.storage.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.Removal;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.state.TableState;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What commits read of a table that is versioned no more, kept beside whatever users do. */
class TableArchiveTest {
  private static final Removal KEEPING = new Removal(false, true);

  @Test
  void nothingThatBelongsToUsersIsHeld() {
    try (TestRepository shop =
        new TestRepository(
            "CREATE DOMAIN price AS numeric(8, 2) CHECK (VALUE >= 0)",
            "CREATE FUNCTION twice(n numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT n * 2'",
            "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            """
            CREATE TABLE item (
              id serial PRIMARY KEY, code integer UNIQUE, price price NOT NULL, span int4range,
              double numeric GENERATED ALWAYS AS (twice(price)) STORED,
              CHECK (twice(price) < 1000), EXCLUDE USING gist (span WITH &&)
            )
            """,
            "CREATE UNIQUE INDEX ON item (twice(price)) WHERE code > 0",
            "CREATE STATISTICS item_statistics ON twice(price), twice(price + 1) FROM item",
            "CREATE TRIGGER noted BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION noted()",
            "INSERT INTO item (code, price, span) VALUES (1, 1.50, '[1,3)'), (2, 2, '[3,4)')")) {
      // given
      shop.install("item");
      BranchHandle feature = shop.branch("feature", shop.main);
      List<TableState> states = new ArrayList<>(List.of(shop.committed(shop.main, "item")));
      for (BranchHandle branch : List.of(shop.main, feature, shop.main, feature)) {
        int code = 10 + states.size();
        shop.write(
            branch,
            "UPDATE item SET price = price + 1 WHERE id = 1",
            "INSERT INTO item (code, price) VALUES (%d, %d)".formatted(code, code));
        shop.commit(branch, "item");
        states.add(shop.committed(branch, "item"));
      }
      List<Map<RowKey, Row>> contents =
          states.stream().map(state -> shop.rows("item", state)).toList();

      // when
      TableHandle removed = shop.table("item").asRemoved();
      shop.adapter.remove(shop.table("item"), KEEPING);
      shop.database.execute(
          "DROP TABLE item",
          "DROP FUNCTION twice",
          "DROP FUNCTION noted",
          // what sessions on branches read tables through that are not registered has it too
          "DROP DOMAIN price CASCADE",
          "CREATE TABLE item (id integer PRIMARY KEY)");
      shop.install("item");

      // then
      for (int i = 0; i < states.size(); i++) {
        assertThat(shop.rows(removed, states.get(i))).isEqualTo(contents.get(i));
      }
      shop.adapter.uninstall();
      assertThat(shop.database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'epoch'"))
          .isEqualTo("0");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE item (id integer PRIMARY KEY, name text) PARTITION BY LIST (id);"
            + "CREATE TABLE item_1 PARTITION OF item FOR VALUES IN (1);"
            + "CREATE TABLE item_2 PARTITION OF item DEFAULT",
        "CREATE TABLE item (id integer, name varchar(9) COLLATE \"C\" NOT NULL)",
        "CREATE TABLE item (id integer, \"by\" integer, \"a \"\"b\" text, name text)"
      })
  void tablesOfAllKindsAreKept(String table) {
    try (TestRepository shop =
        new TestRepository(table, "INSERT INTO item (id, name) VALUES (1, 'a'), (2, 'b')")) {
      shop.installBy("item", "id");
      BranchHandle feature = shop.branch("feature", shop.main);
      shop.write(feature, "UPDATE item SET name = 'c' WHERE id = 1");
      shop.commit(feature, "item");
      shop.write(shop.main, "DELETE FROM item WHERE id = 2");
      Map<RowKey, Row> before = shop.rows("item", shop.committed(shop.main, "item"));
      Map<RowKey, Row> beside = shop.rows("item", shop.committed(feature, "item"));

      shop.adapter.remove(shop.table("item"), new Removal(true, true));
      shop.database.execute("DROP TABLE item");

      assertThat(shop.rows(shop.table("item").asRemoved(), shop.committed(shop.main, "item")))
          .isEqualTo(before);
      assertThat(shop.rows(shop.table("item").asRemoved(), shop.committed(feature, "item")))
          .isEqualTo(beside);
    }
  }

  @Test
  void workThatComesInTheLastMomentStopsTheRemoval() throws Exception {
    try (TestRepository shop = items();
        Connection connection = shop.database.connect();
        Statement statement = connection.createStatement()) {
      BranchHandle feature = shop.branch("feature", shop.main);

      // given: nothing to be seen of this until it commits, when the removal stands before it
      connection.setAutoCommit(false);
      statement.execute("SELECT epoch.use_branch('feature')");
      statement.execute("UPDATE item SET name = 'late' WHERE id = 1");
      shop.adapter.requireRemovable(shop.table("item"), KEEPING);
      CompletableFuture<Void> removal =
          CompletableFuture.runAsync(() -> shop.adapter.remove(shop.table("item"), KEEPING));
      awaitLockWaiter(shop);
      connection.commit();

      // then
      assertThatThrownBy(() -> removal.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(PendingChangesException.class);
      assertThat(shop.database.value("SELECT count(*) FROM epoch.archives")).isEqualTo("0");
      shop.commit(feature, "item");
      assertThat(shop.rows("item", shop.committed(feature, "item")).get(RowKey.of("1")))
          .isEqualTo(Row.of("1", "late"));
    }
  }

  private static void awaitLockWaiter(TestRepository shop) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (shop.database
        .value(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
                + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
        .equals("0")) {
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
  }

  @Test
  void rowsThatWereCommittedWhileTheyWereCopiedAreCopiedAgain() throws SQLException {
    try (TestRepository shop = items()) {
      // given
      String id = shop.table("item").id();
      shop.database.execute("SELECT epoch.fill_archive('" + id + "')");
      shop.write(shop.main, "UPDATE item SET name = 'b' WHERE id = 1");
      shop.commit(shop.main, "item");

      // when, then
      assertThatThrownBy(
              () -> shop.database.execute("SELECT epoch.remove_table('" + id + "', true)"))
          .hasMessageContaining("was committed while its rows were copied");
      shop.adapter.remove(shop.table("item"), KEEPING);
      assertThat(shop.rows(shop.table("item").asRemoved(), shop.committed(shop.main, "item")))
          .containsOnly(Map.entry(RowKey.of("1"), Row.of("1", "b")));
    }
  }

  private static TestRepository items() {
    TestRepository shop =
        new TestRepository(
            "CREATE TABLE item (id integer PRIMARY KEY, name text)",
            "INSERT INTO item VALUES (1, 'a')");
    shop.install("item");
    return shop;
  }
}
