package dev.epoch.storage.postgres.surface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A setting of a role says on which branch its sessions begin. */
class LoginOnBranchTest {
  private static VersionedDatabase database;
  private static String clerk;

  @BeforeAll
  static void start() {
    assumeTrue(StoragePostgres.majorVersion() >= 17, "event triggers ON login");
    database = VersionedDatabase.startAsSuperuser();
    database.sql().execute("CREATE TABLE items (id integer PRIMARY KEY)");
    TableHandle items = database.installReal(new TablePath("public", "items"), "items");
    database.branch("feature/x", items);
    clerk = database.sql().role("clerk_" + database.sql().name());
    database.sql().execute("GRANT ALL ON items TO " + clerk);
  }

  @AfterAll
  static void stop() {
    if (database != null) {
      database.close();
    }
  }

  private static void setting(String branch) {
    database
        .sql()
        .executeAsSuperuser(
            "ALTER ROLE "
                + clerk
                + " IN DATABASE "
                + database.sql().name()
                + " SET epoch.branch = '"
                + branch
                + "'");
  }

  @Test
  void theNameOfABranchIsEnough() throws SQLException {
    setting("feature/x");
    try (Connection connection = database.sql().connect(clerk);
        Statement session = connection.createStatement()) {
      session.execute("INSERT INTO items VALUES (1)");
      assertThat(TestDatabase.rows(connection, "SELECT epoch.current_branch()"))
          .containsExactly(List.of("feature/x"));
      assertThat(TestDatabase.rows(connection, "SELECT id FROM items"))
          .containsExactly(List.of("1"));
    }
    assertThat(database.sql().rows("SELECT id FROM items")).isEmpty();
  }

  @Test
  void aSessionWhoseBranchIsNotThereWritesNoLiveTable() throws SQLException {
    setting("feature/gone");
    try (Connection connection = database.sql().connect(clerk);
        Statement session = connection.createStatement()) {
      assertThatThrownBy(() -> session.execute("INSERT INTO items VALUES (2)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("EP002"));
      session.execute("SELECT epoch.use_branch('feature/x')");
      session.execute("INSERT INTO items VALUES (2)");
    }
  }

  /** As before PostgreSQL 17, where nothing runs at login. */
  @Test
  void theSettingsOfARoleAreMade() throws SQLException {
    database
        .sql()
        .executeAsSuperuser("SELECT epoch.login_on_branch('" + clerk + "', 'feature/x', 'shop')");
    database.sql().executeAsSuperuser("ALTER EVENT TRIGGER epoch_login DISABLE");
    try (Connection connection = database.sql().connect(clerk)) {
      assertThat(TestDatabase.rows(connection, "SELECT epoch.current_branch()"))
          .containsExactly(List.of("feature/x"));
    }
    database.sql().executeAsSuperuser("SELECT epoch.login_on_branch('" + clerk + "', NULL)");
    try (Connection connection = database.sql().connect(clerk)) {
      assertThat(TestDatabase.rows(connection, "SELECT epoch.current_branch()"))
          .containsExactly(List.of("main"));
    } finally {
      database.sql().executeAsSuperuser("ALTER EVENT TRIGGER epoch_login ENABLE");
    }
  }
}
