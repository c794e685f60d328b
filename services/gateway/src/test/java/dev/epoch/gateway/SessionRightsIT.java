package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.command.GrantRoleV1;
import dev.epoch.events.command.RevokeRoleV1;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.surface.SessionServer;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands of sessions of the database need roles, too, once there are some. */
class SessionRightsIT {
  private TestServer test;
  private TestDatabase database;
  private SessionServer sessions;
  private String clerk;

  @BeforeEach
  void start() throws SQLException {
    test = new TestServer();
    database = test.database;
    database.execute("CREATE TABLE users (id integer PRIMARY KEY)", "INSERT INTO users VALUES (1)");
    test.register("users");
    clerk = database.role("clerk_" + database.name());
    sessions = new SessionServer(test.server(), Failpoints.NONE);
    sessions.start();
    database.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON users TO " + clerk,
        "SELECT epoch.grant_access('" + clerk + "', 'write')",
        "CALL epoch.commit('First')");
  }

  @AfterEach
  void stop() {
    sessions.close();
    test.close();
  }

  private void grant(String role, String subject, String... branches) {
    test.repository()
        .step(
            new GrantRoleV1(role, subject, List.of(branches), List.of()),
            Caller.allowed(TestServer.ALICE))
        .orRefuse();
  }

  @Test
  void aSessionHasTheRolesOfItsRoleAndNotThoseOfAUserOfThatName() throws SQLException {
    String denied = "no grant gives 'postgres:" + clerk + "'";
    try (Connection connection = database.connect(clerk);
        Statement session = connection.createStatement()) {
      session.execute("CALL epoch.create_branch('before')");

      // when somebody else, and a user of the same name, have roles
      grant("admin", "user:alice");
      grant("admin", "user:" + clerk);
      session.execute("INSERT INTO users VALUES (2)");

      // then
      for (String command :
          List.of(
              "CALL epoch.create_branch('feature/x')",
              "CALL epoch.commit('Mine')",
              "CALL epoch.merge('before')",
              "CALL epoch.delete_branch('before')")) {
        assertThatThrownBy(() -> session.execute(command)).as(command).hasMessageContaining(denied);
      }

      // when the role has one itself, then it is for its branches
      grant("writer", "user:postgres:" + clerk, "feature/*");
      session.execute("CALL epoch.create_branch('feature/x')");
      assertThatThrownBy(() -> session.execute("CALL epoch.commit('Mine')"))
          .hasMessageContaining(denied);
      grant("writer", "user:postgres:" + clerk, "main");
      session.execute("CALL epoch.commit('Mine')");

      // and it ends
      test.repository()
          .step(
              new RevokeRoleV1("writer", "user:postgres:" + clerk),
              Caller.allowed(TestServer.ALICE))
          .orRefuse();
      assertThatThrownBy(() -> session.execute("CALL epoch.create_branch('feature/y')"))
          .hasMessageContaining(denied);
    }
  }
}
