package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A table of three items, and a session on a branch of it that only called {@code
 * epoch.use_branch}.
 */
abstract class ItemsOnABranch {
  static final String NAMES = "SELECT string_agg(name, ' ' ORDER BY id) FROM items";

  VersionedDatabase database;
  TableHandle items;
  BranchHandle feature;
  Connection branch;

  @BeforeEach
  void start() {
    database = VersionedDatabase.start();
    database
        .sql()
        .execute(
            """
            CREATE TABLE items (
              id serial PRIMARY KEY,
              name text NOT NULL UNIQUE,
              n integer DEFAULT 7 CHECK (n >= 0),
              loud text GENERATED ALWAYS AS (upper(name)) STORED
            )
            """,
            "INSERT INTO items (name, n) VALUES ('a', 1), ('b', 2), ('c', 3)");
    items = database.installReal(new TablePath("public", "items"), "items");
    feature = database.branch("feature/x", items);
    branch = database.connect(feature);
  }

  @AfterEach
  void stop() throws SQLException {
    branch.close();
    database.close();
  }

  static String one(Connection connection, String sql) {
    List<List<String>> rows = TestDatabase.rows(connection, sql);
    return rows.isEmpty() ? null : rows.getFirst().getFirst();
  }

  static int run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return statement.getUpdateCount();
    }
  }

  static void assertFails(Connection connection, String sql, String state, String message) {
    assertThatThrownBy(() -> run(connection, sql))
        .hasMessageContaining(message)
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo(state);
  }
}
