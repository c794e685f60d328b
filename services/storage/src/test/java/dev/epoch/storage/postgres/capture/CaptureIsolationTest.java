package dev.epoch.storage.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.postgres.catalog.Layout;
import dev.epoch.storage.postgres.codec.Quote;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Capture under transactions: rollback, savepoints, isolation levels, concurrent writers. */
class CaptureIsolationTest {
  private VersionedDatabase database;

  @BeforeEach
  void start() {
    database = VersionedDatabase.start();
  }

  @AfterEach
  void stop() {
    database.close();
  }

  /** A captured table {@code items(id, name, n)} with rows 1 to 5. */
  private TableHandle items() {
    database
        .sql()
        .execute(
            "CREATE TABLE items (id integer PRIMARY KEY, name text UNIQUE, n integer DEFAULT 0)",
            "INSERT INTO items SELECT i, 'item' || i, i FROM generate_series(1, 5) AS i");
    return database.installReal(new TablePath("public", "items"), "items");
  }

  private static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @Test
  void rolledBackChangesAndSavepointsLeaveNoTrace() throws Exception {
    // given
    TableHandle items = items();
    List<List<String>> before = database.sql().rows("SELECT * FROM items ORDER BY id");
    try (Connection connection = database.sql().connect()) {
      connection.setAutoCommit(false);

      // when
      run(
          connection,
          "UPDATE items SET n = 100 WHERE id = 1",
          "SAVEPOINT a",
          "UPDATE items SET id = 50 WHERE id = 2",
          "DELETE FROM items WHERE id = 3",
          "ROLLBACK TO SAVEPOINT a",
          "UPDATE items SET n = 200 WHERE id = 2",
          "UPDATE items SET id = 51 WHERE id = 4");
      connection.commit();

      // then
      assertThat(database.lastCommit(items)).isEqualTo(before);
      assertThat(pendingKeys(items)).containsExactly("1", "2", "4", "51");

      // when
      run(connection, "TRUNCATE items");
      connection.rollback();

      // then
      assertThat(database.lastCommit(items)).isEqualTo(before);
      assertThat(pendingKeys(items)).containsExactly("1", "2", "4", "51");
    }
  }

  private List<String> pendingKeys(TableHandle table) {
    return database
        .sql()
        .rows(
            "SELECT id FROM epoch."
                + Quote.identifier(Layout.of(table).workingSet())
                + " ORDER BY id")
        .stream()
        .map(List::getFirst)
        .toList();
  }

  @Test
  void theFirstOfTwoTransactionsThatTouchARowKeepsItsImage() throws Exception {
    // given
    TableHandle items = items();
    List<List<String>> before = database.sql().rows("SELECT * FROM items ORDER BY id");
    try (Connection one = database.sql().connect();
        Connection two = database.sql().connect()) {
      one.setAutoCommit(false);
      two.setAutoCommit(false);
      run(one, "UPDATE items SET n = 100 WHERE id = 1", "DELETE FROM items WHERE id = 2");
      Thread second =
          Thread.startVirtualThread(() -> {
            try {
              run(
                  two,
                  "UPDATE items SET n = 200 WHERE id = 1",
                  "INSERT INTO items VALUES (2, 'two', 2)");
              two.commit();
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
          });
      database.awaitLockWaiter();

      // when
      one.commit();
      second.join(Duration.ofSeconds(10));

      // then
      assertThat(database.sql().value("SELECT n FROM items WHERE id = 1")).isEqualTo("200");
      assertThat(database.sql().value("SELECT name FROM items WHERE id = 2")).isEqualTo("two");
      assertThat(database.lastCommit(items)).isEqualTo(before);
    }
  }

  @Test
  void repeatableReadWritersAreCapturedOrRefused() throws Exception {
    // given
    TableHandle items = items();
    List<List<String>> before = database.sql().rows("SELECT * FROM items ORDER BY id");
    try (Connection one = database.sql().connect()) {
      one.setAutoCommit(false);
      one.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      run(one, "SELECT FROM items");

      // when: another transaction has deleted the row meanwhile, and the old snapshot does not see
      // it
      database.sql().execute("DELETE FROM items WHERE id = 3");

      // then: its image cannot be looked up, so that is a serialization failure
      assertThatThrownBy(() -> run(one, "INSERT INTO items VALUES (3, 'three', 3)"))
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("40001");
      one.rollback();

      // when: others are captured
      run(one, "UPDATE items SET n = 9 WHERE id = 1", "INSERT INTO items VALUES (8, 'eight', 8)");
      one.commit();

      // then
      assertThat(database.lastCommit(items)).isEqualTo(before);

      // when
      assertThatThrownBy(() -> run(one, "TRUNCATE items"))
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("0A000");
      one.rollback();
    }
  }

  @Test
  void aWriterThatWaitsForACommitStartsTheNextWorkingSet() throws Exception {
    // given
    TableHandle items = items();
    String workingSet = "epoch." + Quote.identifier(Layout.of(items).workingSet());
    database.sql().execute("UPDATE items SET n = 10 WHERE id = 1");
    try (Connection operation = database.sql().connect();
        Connection writer = database.sql().connect()) {
      operation.setAutoCommit(false);
      run(operation, "LOCK TABLE " + workingSet + " IN SHARE ROW EXCLUSIVE MODE");
      Thread waiting =
          Thread.startVirtualThread(() -> {
            try {
              run(writer, "UPDATE items SET n = n + 1");
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
          });
      database.awaitLockWaiter();

      // when
      run(operation, "DELETE FROM " + workingSet);
      operation.commit();
      waiting.join(Duration.ofSeconds(10));

      // then: what was there at the commit
      assertThat(database.lastCommit(items).getFirst()).isEqualTo(List.of("1", "item1", "10"));
      assertThat(database.sql().value("SELECT n FROM items WHERE id = 1")).isEqualTo("11");
    }
  }
}
