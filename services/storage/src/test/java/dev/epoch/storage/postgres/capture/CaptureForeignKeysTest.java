package dev.epoch.storage.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.VersionedDatabase;
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

  @ParameterizedTest
  @ValueSource(ints = {1, 300})
  void keysThatOneStatementChangesInParentsAndChildrenOfOneTable(int families) {
    // given generations that refer to each other, with the parent in the key or not
    database
        .sql()
        .execute(
            """
            CREATE TABLE people (
              id integer PRIMARY KEY,
              parent integer REFERENCES people ON UPDATE CASCADE,
              name text
            )
            """,
            """
            INSERT INTO people
            SELECT f * 10 + g, CASE WHEN g > 1 THEN f * 10 + g - 1 END, f || '.' || g
            FROM generate_series(1, %d) AS f, generate_series(1, 5) AS g
            ORDER BY f, g DESC
            """
                .formatted(families));
    TableHandle people = database.installReal(new TablePath("public", "people"), "people");
    String all = "SELECT * FROM people ORDER BY id";
    List<List<String>> before = database.sql().rows(all);

    // when: keys that were free, then one that was taken
    database
        .sql()
        .execute(
            "UPDATE people SET id = id + 100000",
            "UPDATE people SET name = name || '!'; UPDATE people SET id = id - 50000 WHERE id % 2 = 0",
            "DELETE FROM people WHERE id = 100015");

    // then
    assertThat(database.lastCommit(people)).isEqualTo(before);

    // when
    database.commit(people, "id", "parent", "name");
    before = database.sql().rows(all);
    database.sql().execute("UPDATE people SET id = id + 1");

    // then
    assertThat(database.lastCommit(people)).isEqualTo(before);
  }

  @Test
  void keysThatTwoActionsOfOneStatementChange() {
    // given
    database
        .sql()
        .execute(
            "CREATE TABLE nodes (id integer PRIMARY KEY)",
            "INSERT INTO nodes SELECT generate_series(1, 5)",
            """
            CREATE TABLE edges (
              one integer REFERENCES nodes ON UPDATE CASCADE,
              other integer REFERENCES nodes ON UPDATE CASCADE,
              PRIMARY KEY (one, other)
            )
            """,
            "INSERT INTO edges SELECT i, j FROM generate_series(1, 5) AS i, generate_series(1, 5) AS j");
    TableHandle edges = database.installReal(new TablePath("public", "edges"), "edges");
    List<List<String>> before = database.sql().rows("SELECT * FROM edges ORDER BY one, other");

    // when
    database.sql().execute("UPDATE nodes SET id = id + 100", "UPDATE nodes SET id = id - 99");

    // then
    assertThat(database.lastCommit(edges)).isEqualTo(before);
  }

  @Test
  void rowsThatOneActionOfAStatementUpdatesAndAnotherDeletes() {
    // given: the deletion is noted before the update
    database
        .sql()
        .execute(
            "CREATE TABLE nodes (id integer PRIMARY KEY)",
            "INSERT INTO nodes SELECT generate_series(1, 4)",
            """
            CREATE TABLE edges (
              id integer PRIMARY KEY,
              one integer REFERENCES nodes ON DELETE CASCADE,
              via integer REFERENCES nodes ON DELETE SET NULL
            )
            """,
            "INSERT INTO edges VALUES (1, 2, 1), (2, 3, 1), (3, 1, 2), (4, 4, 4), (5, 4, 1), (6, 1, 4)");
    TableHandle edges = database.installReal(new TablePath("public", "edges"), "edges");
    List<List<String>> before = database.sql().rows("SELECT * FROM edges ORDER BY id");

    // when
    database.sql().execute("DELETE FROM nodes WHERE id < 4");

    // then
    assertThat(database.sql().rows("SELECT * FROM edges ORDER BY id"))
        .isEqualTo(List.of(List.of("4", "4", "4"), java.util.Arrays.asList("5", "4", null)));
    assertThat(database.lastCommit(edges)).isEqualTo(before);
  }
}
