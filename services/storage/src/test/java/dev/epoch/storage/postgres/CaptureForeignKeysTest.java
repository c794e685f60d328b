package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Capture of what the actions of foreign keys change. PostgreSQL runs a statement of its own for
 * each row referred to, but the rows of all of them are in one transition table.
 */
class CaptureForeignKeysTest {
  private VersionedDatabase database;

  @BeforeEach
  void start() {
    database = VersionedDatabase.start();
  }

  @AfterEach
  void stop() {
    database.close();
  }

  @Test
  void foreignKeyActionsAreCaptured() {
    // given
    database
        .sql()
        .execute(
            "CREATE TABLE items (id integer PRIMARY KEY)",
            "INSERT INTO items SELECT generate_series(1, 5)");
    TableHandle items = database.installReal(new TablePath("public", "items"), "items");
    database
        .sql()
        .execute(
            """
            CREATE TABLE parts (
              item integer REFERENCES items ON DELETE CASCADE ON UPDATE CASCADE,
              number integer,
              PRIMARY KEY (item, number)
            )
            """,
            "INSERT INTO parts SELECT i, n FROM generate_series(1, 5) i, generate_series(1, 2) n");
    TableHandle parts = database.installReal(new TablePath("public", "parts"), "parts");
    List<List<String>> before = database.sql().rows("SELECT * FROM parts ORDER BY item, number");

    // when
    database
        .sql()
        .execute("DELETE FROM items WHERE id = 1", "UPDATE items SET id = 20 WHERE id = 2");

    // then
    assertThat(
            database
                .sql()
                .value(
                    "SELECT string_agg(item || '.' || number, ' ' ORDER BY item, number) FROM parts"))
        .isEqualTo("3.1 3.2 4.1 4.2 5.1 5.2 20.1 20.2");
    assertThat(database.lastCommit(parts)).isEqualTo(before);
    assertThat(database.lastCommit(items)).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 2000})
  void rowsThatTwoForeignKeyActionsOfOneStatementChangeKeepTheirFirstImage(int rows) {
    // given edges that lose both of their ends
    database
        .sql()
        .execute(
            "CREATE TABLE nodes (id integer PRIMARY KEY)",
            "INSERT INTO nodes VALUES (1), (2)",
            """
            CREATE TABLE edges (
              id integer PRIMARY KEY,
              one integer REFERENCES nodes ON DELETE SET NULL,
              other integer REFERENCES nodes ON DELETE SET NULL
            )
            """,
            "INSERT INTO edges SELECT i, 1, 2 FROM generate_series(1, %d) AS i".formatted(rows));
    TableHandle edges = database.installReal(new TablePath("public", "edges"), "edges");
    String all = "SELECT * FROM edges ORDER BY id";
    List<List<String>> before = database.sql().rows(all);

    // when: PostgreSQL runs one update for each node, and shows both in one transition table
    database.sql().execute("DELETE FROM nodes");

    // then
    assertThat(database.sql().value("SELECT count(one) + count(other) FROM edges")).isEqualTo("0");
    assertThat(database.lastCommit(edges)).isEqualTo(before);
  }
}
