package dev.epoch.storage.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.VersionedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Triggers of users that write a table while a statement is writing it. PostgreSQL captures what
 * they write before what the statement has written; the last commit reads as before nevertheless.
 */
class CaptureNestedTest {
  private static final String ALL = "SELECT * FROM items ORDER BY id";

  private VersionedDatabase database;

  @BeforeEach
  void start() {
    database = VersionedDatabase.start();
    database
        .sql()
        .execute(
            "CREATE TABLE items (id integer PRIMARY KEY, name text, n integer DEFAULT 0)",
            "INSERT INTO items SELECT i, 'item' || i, i FROM generate_series(1, 5) AS i");
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private TableHandle items() {
    return database.installReal(new TablePath("public", "items"), "items");
  }

  /** A trigger {@code events FOR EACH ...} on the table that runs a statement. */
  private void trigger(String name, String when, String table, String each, String statement) {
    database
        .sql()
        .execute(
            """
            CREATE FUNCTION %1$s() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              %2$s;
              IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
              RETURN NEW;
            END
            $$
            """
                .formatted(name, statement),
            "CREATE TRIGGER %1$s %2$s ON %3$s FOR EACH %4$s EXECUTE FUNCTION %1$s()"
                .formatted(name, when, table, each));
  }

  /** Fires for rows that statements of clients write, not for what triggers write. */
  private void rowTrigger(String when, String statement) {
    trigger("on_row", when, "items", "ROW WHEN (pg_trigger_depth() = 0)", statement);
  }

  /** Runs each text in a transaction of its own. */
  private void runAndCompare(String... transactions) throws SQLException {
    TableHandle items = items();
    List<List<String>> before = database.sql().rows(ALL);
    try (Connection connection = database.sql().connect();
        Statement statement = connection.createStatement()) {
      for (String transaction : transactions) {
        // when
        statement.execute(transaction);

        // then
        assertThat(database.lastCommit(items)).as(transaction).isEqualTo(before);
      }
    }
    assertThat(database.sql().rows(ALL)).isNotEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE items SET n = n + 1",
        "INSERT INTO items VALUES (6, 'six', 6), (7, 'seven', 7)",
        "INSERT INTO items VALUES (1, 'upsert', 1), (8, 'eight', 8) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        "UPDATE items SET id = id + 10",
        "UPDATE items SET n = 7 WHERE id = 1; UPDATE items SET n = 8 WHERE id < 3",
        "DELETE FROM items WHERE id = 2; INSERT INTO items VALUES (2, 'again', 2); DELETE FROM items WHERE id = 2",
        "WITH gone AS (DELETE FROM items WHERE id = 1 RETURNING *) INSERT INTO items SELECT * FROM gone",
        "INSERT INTO items SELECT i, 'many', i FROM generate_series(10, 2500) AS i; UPDATE items SET n = 0",
        "DO $$ BEGIN UPDATE items SET n = 9; UPDATE items SET n = 10 WHERE id = 3; DELETE FROM items; END $$",
      })
  void aTriggerThatUpdatesTheSameRow(String statements) throws SQLException {
    rowTrigger("AFTER INSERT OR UPDATE", "UPDATE items SET n = n + 100 WHERE id = NEW.id");
    runAndCompare(statements, "UPDATE items SET n = -1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE items SET n = n + 1",
        "UPDATE items SET n = n + 1 WHERE id IN (2, 4)",
        "INSERT INTO items VALUES (6, 'six', 6), (7, 'seven', 7), (8, 'eight', 8)",
        "UPDATE items SET id = id + 10 WHERE id > 3",
        "INSERT INTO items SELECT i, 'many', i FROM generate_series(10, 2500) AS i",
      })
  void aTriggerThatUpdatesAnotherRow(String statements) throws SQLException {
    rowTrigger("AFTER INSERT OR UPDATE", "UPDATE items SET n = n + 100 WHERE id = NEW.id + 1");
    runAndCompare(statements);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE items SET n = n + 1",
        "INSERT INTO items VALUES (6, 'six', 6), (7, 'seven', 7)",
        "UPDATE items SET id = id + 10",
      })
  void triggersOnTwoLevels(String statements) throws SQLException {
    trigger(
        "deep",
        "AFTER INSERT OR UPDATE",
        "items",
        "ROW WHEN (pg_trigger_depth() < 2)",
        "UPDATE items SET n = n + 100 WHERE id BETWEEN NEW.id - 1 AND NEW.id");
    runAndCompare(statements, "UPDATE items SET n = 0 WHERE id = 1; UPDATE items SET n = 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM items WHERE id = NEW.id + 1",
        "DELETE FROM items WHERE id = NEW.id",
        "DELETE FROM items WHERE id = NEW.id; INSERT INTO items VALUES (NEW.*)",
        "UPDATE items SET id = id + 100 WHERE id = NEW.id",
        "UPDATE items SET id = id + 100 WHERE id = NEW.id; UPDATE items SET id = id - 100 WHERE id = NEW.id + 100",
        "UPDATE items SET id = id + 100 WHERE id = NEW.id; INSERT INTO items VALUES (NEW.*)",
      })
  void triggersThatDeleteOrMoveRows(String statement) throws SQLException {
    rowTrigger("AFTER INSERT OR UPDATE", statement);
    runAndCompare(
        "UPDATE items SET n = n + 1 WHERE id < 3",
        "INSERT INTO items VALUES (6, 'six', 6), (7, 'seven', 7)",
        "UPDATE items SET id = id + 50 WHERE id IN (3, 4)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // a row that is replaced by an equal one was there before
        "DELETE FROM items WHERE id = NEW.id",
        "UPDATE items SET id = id + 100 WHERE id = NEW.id",
      })
  void triggersThatRunBeforeTheRowIsWritten(String statement) throws SQLException {
    rowTrigger("BEFORE INSERT", statement);
    runAndCompare(
        "INSERT INTO items VALUES (2, 'item2', 2), (3, 'three', 3), (6, 'six', 6), (7, 'seven', 7)",
        "INSERT INTO items VALUES (4, 'item4', 4), (8, 'eight', 8)");
  }

  @Test
  void aTriggerThatRunsBeforeARowIsWrittenAndUpdatesThoseWrittenBefore() throws SQLException {
    rowTrigger("BEFORE INSERT", "UPDATE items SET n = n + 100 WHERE id < NEW.id");
    runAndCompare("INSERT INTO items VALUES (6, 'six', 6), (7, 'seven', 7), (8, 'eight', 8)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"BEFORE", "AFTER"})
  void triggersForEachStatement(String when) throws SQLException {
    for (String name : List.of("aaa", "zzz")) {
      trigger(
          name,
          when + " INSERT OR UPDATE",
          "items",
          "STATEMENT WHEN (pg_trigger_depth() = 0)",
          "UPDATE items SET n = n + 100 WHERE id <> 4");
    }
    // PostgreSQL refuses to update a row that such a trigger has updated before
    runAndCompare(
        "UPDATE items SET n = n + 1 WHERE id " + (when.equals("BEFORE") ? "= 4" : "> 2"),
        "INSERT INTO items VALUES (6)");
  }

  @Test
  void aTriggerOnAnotherTableWhereTheTableIsNotBeingWritten() throws SQLException {
    database.sql().execute("CREATE TABLE sales (item integer)");
    trigger("sale", "AFTER INSERT", "sales", "ROW", "UPDATE items SET n = -1 WHERE id = NEW.item");
    rowTrigger("AFTER INSERT OR UPDATE", "UPDATE items SET n = n + 100 WHERE id = NEW.id");
    runAndCompare(
        "INSERT INTO sales VALUES (1), (2), (1)",
        "DO $$ BEGIN INSERT INTO sales VALUES (3), (4); UPDATE items SET n = -2; END $$",
        "INSERT INTO sales VALUES (5); UPDATE items SET n = -3; INSERT INTO items VALUES (6)");
  }

  @Test
  void writesThroughATriggerOfAnotherTableWhileTheTableIsBeingWritten() throws SQLException {
    database.sql().execute("CREATE TABLE sales (item integer)");
    trigger("sale", "AFTER INSERT", "sales", "ROW", "UPDATE items SET n = -1 WHERE id = NEW.item");
    rowTrigger("AFTER INSERT OR UPDATE", "INSERT INTO sales VALUES (NEW.id)");
    runAndCompare("UPDATE items SET n = 7 WHERE id > 1", "INSERT INTO items VALUES (6), (7)");
  }

  @Test
  void savepointsAndIsolation() throws SQLException {
    // given
    rowTrigger("AFTER INSERT OR UPDATE", "UPDATE items SET n = n + 100 WHERE id = NEW.id");
    TableHandle items = items();
    List<List<String>> before = database.sql().rows(ALL);
    for (int isolation :
        List.of(
            Connection.TRANSACTION_READ_COMMITTED,
            Connection.TRANSACTION_REPEATABLE_READ,
            Connection.TRANSACTION_SERIALIZABLE)) {
      try (Connection connection = database.sql().connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(isolation);

        // when
        for (String sql :
            List.of(
                "SAVEPOINT a",
                "UPDATE items SET n = 50",
                "INSERT INTO items VALUES (6), (7)",
                "ROLLBACK TO SAVEPOINT a",
                "UPDATE items SET n = 51 WHERE id < 3",
                "SAVEPOINT b",
                "UPDATE items SET n = 52",
                "ROLLBACK TO SAVEPOINT b",
                "UPDATE items SET n = 53 WHERE id > 1",
                "INSERT INTO items VALUES (8)",
                "DELETE FROM items WHERE id = 8")) {
          statement.execute(sql);
        }
        connection.commit();

        // then
        assertThat(database.lastCommit(items)).isEqualTo(before);
        database.commit(items, "id", "name", "n");
        before = database.sql().rows(ALL);
      }
    }
  }

  @Test
  void partitionedTables() {
    // given
    database
        .sql()
        .execute(
            "CREATE TABLE parts (id integer PRIMARY KEY, n integer) PARTITION BY RANGE (id)",
            "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)",
            "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20)",
            "INSERT INTO parts SELECT i, i FROM generate_series(1, 12) AS i");
    TableHandle parts = database.installReal(new TablePath("public", "parts"), "parts");
    trigger(
        "on_part",
        "AFTER INSERT OR UPDATE",
        "parts",
        "ROW WHEN (pg_trigger_depth() = 0)",
        """
        UPDATE parts SET n = n + 100 WHERE id = NEW.id;
        UPDATE parts_2 SET n = n + 1000 WHERE id = NEW.id + 1
        """);
    List<List<String>> before = database.sql().rows("SELECT * FROM parts ORDER BY id");

    // when
    database
        .sql()
        .execute(
            "UPDATE parts SET n = 0 WHERE id > 8",
            "INSERT INTO parts VALUES (13, 13), (14, 14), (0, 0)",
            "UPDATE parts_1 SET n = -1",
            "UPDATE parts SET id = id + 6 WHERE id = 9",
            "DELETE FROM parts WHERE id = 11");

    // then
    assertThat(database.lastCommit(parts)).isEqualTo(before);
  }

  @Test
  void whatIsNotedOfEndedTransactionsIsForgotten() throws SQLException {
    // given
    rowTrigger("AFTER INSERT OR UPDATE", "UPDATE items SET n = n + 100 WHERE id = NEW.id");
    TableHandle items = items();
    String noted = "SELECT count(*) FROM epoch.nested_images";

    // when
    for (int i = 0; i < 20; i++) {
      database.sql().execute("UPDATE items SET n = n + 1");
      database.commit(items, "id", "name", "n");
    }

    // then
    assertThat(Integer.parseInt(database.sql().value(noted))).isBetween(1, 10);
  }

  @Test
  void rolesWithoutRightsInTheSchema() {
    // given
    rowTrigger("AFTER INSERT OR UPDATE", "UPDATE public.items SET n = n + 100 WHERE id = NEW.id");
    TableHandle items = items();
    String role = database.sql().role("trigger_" + database.sql().name());
    database.sql().execute("GRANT SELECT, INSERT, UPDATE ON items TO " + role);
    List<List<String>> before = database.sql().rows(ALL);

    // when
    database
        .sql()
        .executeAs(role, "SET search_path = ''; UPDATE public.items SET n = 5 WHERE id < 4");

    // then
    assertThat(database.lastCommit(items)).isEqualTo(before);
    database.sql().execute("REVOKE ALL ON items FROM " + role);
  }
}
