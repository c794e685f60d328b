package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGStatement;

/** Connections that are on a branch from their start, and connections that clients share. */
@Timeout(120)
@ExtendWith(ClientServer.class)
class PoolsIT {

  private static final String WHERE = "SELECT epoch.current_branch()";
  private static final String SESSION = "SELECT epoch.current_branch(), pg_backend_pid()";
  private static final String ADA = "SELECT name FROM customers WHERE id = 1";
  private static final AtomicInteger SHOPS = new AtomicInteger();

  @TempDir Path folder;
  private Shop shop;
  private Database database;

  @BeforeEach
  void open(ServerProcess server) throws Exception {
    shop = Shop.open(server, "pool_shop_" + SHOPS.incrementAndGet());
    shop.branch("feature/x", "main");
    database = shop.database();
  }

  @Test
  void optionsAndCurrentSchemaPutAConnectionOnABranch() throws Exception {
    for (Map.Entry<String, String> parameter :
        Map.of("options", options(), "currentSchema", path()).entrySet()) {
      try (Connection session = connect(database, parameter.getKey(), parameter.getValue())) {
        assertThat(Database.rows(session, WHERE)).containsExactly("feature/x");
        Database.execute(session, "UPDATE customers SET name = 'on x' WHERE id = 1");

        // what pools do to a connection that comes back
        for (String reset : List.of("RESET ALL", "DISCARD ALL")) {
          Database.execute(session, reset);
          assertThat(Database.rows(session, WHERE)).as(reset).containsExactly("feature/x");
          assertThat(Database.rows(session, ADA)).containsExactly("on x");
        }
      }
    }
    assertThat(database.rows(ADA)).containsExactly("Ada");
  }

  @Test
  void aClientThatSetsItsOwnPathDoesNotWriteLive() throws Exception {
    try (Connection session = connect(database, "options", options())) {
      session.setSchema("public");

      assertThatThrownBy(
              () -> Database.execute(session, "UPDATE customers SET name = 'live' WHERE id = 1"))
          .hasMessageContaining("This session stands on branch \"feature/x\"");
    }
    assertThat(database.rows(ADA)).containsExactly("Ada");
  }

  @Test
  void connectionsOfABranchThatWasDeletedAreNotOnLive() throws Exception {
    // given
    shop.branch("gone", "main");
    String options = database.rows("SELECT epoch.branch_options('gone')").getFirst();
    shop.branch("other", "main");
    assertThat(shop.delete("/branches/gone?force=true").status()).isEqualTo(204);

    // then
    try (Connection session = connect(database, "options", options)) {
      for (String sql : List.of(ADA, "UPDATE customers SET name = 'live' RETURNING id", WHERE)) {
        assertThatThrownBy(() -> Database.rows(session, sql))
            .hasMessageContaining("The branch \"gone\" of this session does not exist any more");
      }
    }
    assertThat(database.rows(ADA)).containsExactly("Ada");
  }

  @Test
  void aRoleOfItsOwnIsOnABranchInOneDatabase(ServerProcess server) throws Exception {
    // given
    database.execute(
        "DROP ROLE IF EXISTS clerk_on_x",
        "CREATE ROLE clerk_on_x LOGIN PASSWORD 'clerk-secret'",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk_on_x");
    String settings = "ALTER ROLE clerk_on_x IN DATABASE %s SET ".formatted(database.name());
    database.execute(
        "SELECT epoch.use_branch('feature/x')",
        settings + "search_path FROM CURRENT",
        settings + "epoch.branch FROM CURRENT");
    String clerk = "user=clerk_on_x password=clerk-secret";

    try (PgBouncer bouncer =
        PgBouncer.before(
            database,
            folder,
            Map.of("per_transaction", clerk, "per_session", clerk + " pool_mode=session"))) {
      for (String entry : List.of("per_transaction", "per_session")) {
        Database pool = bouncer.entry(entry);

        // when
        List<String> first = rows(pool, SESSION);
        execute(pool, "UPDATE customers SET name = 'on x' WHERE id = 1");

        // then the same connection serves the next client, on the branch
        assertThat(rows(pool, SESSION)).isEqualTo(first);
        assertThat(first.getFirst()).startsWith("feature/x|");
        assertThat(rows(pool, ADA)).containsExactly("on x");
      }
    }
    assertThat(database.rows(ADA)).containsExactly("Ada");
    assertThat(server.database().as("clerk_on_x", "clerk-secret").rows("SHOW search_path"))
        .containsExactly("\"$user\", public");
    database.execute("DROP OWNED BY clerk_on_x", "DROP ROLE clerk_on_x");
  }

  @Test
  void aPoolOfABranchByConnectQuery() throws Exception {
    String login = "user=%s password=%s".formatted(database.user(), database.password());
    String onBranch = login + connectQuery("feature/x");
    try (PgBouncer bouncer =
        PgBouncer.before(
            database,
            folder,
            Map.of(
                "live",
                login,
                "x",
                onBranch,
                "x_session",
                onBranch + " pool_mode=session",
                "missing",
                login + connectQuery("missing")))) {
      Database live = bouncer.entry("live");
      Database x = bouncer.entry("x");

      // when clients come and go
      List<String> first = rows(x, SESSION);
      execute(x, "UPDATE customers SET name = 'on x' WHERE id = 1");

      // then
      assertThat(first.getFirst()).startsWith("feature/x|");
      assertThat(rows(x, SESSION)).isEqualTo(first);
      assertThat(rows(x, ADA)).containsExactly("on x");
      assertThat(rows(live, WHERE)).containsExactly("main");
      assertThat(rows(live, ADA)).containsExactly("Ada");

      // but pools of sessions send DISCARD ALL, which takes away what connect_query has set
      Database sessions = bouncer.entry("x_session");
      assertThat(rows(sessions, WHERE)).containsExactly("feature/x");
      assertThat(rows(sessions, WHERE)).containsExactly("main");

      // and a client of a pool whose branch is not there gets no connection
      assertThatThrownBy(() -> rows(bouncer.entry("missing"), ADA))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("client_login_timeout");
    }
  }

  /** PgBouncer does not mind when it fails, so it ends the connection then. */
  private static String connectQuery(String branch) {
    return """
     connect_query='DO $$ BEGIN PERFORM epoch.use_branch($b$%s$b$); \
    EXCEPTION WHEN OTHERS THEN PERFORM pg_terminate_backend(pg_backend_pid()); END $$'\
    """
        .formatted(branch);
  }

  @Test
  void oneTransactionOnABranchLeavesASharedConnectionOnLive() throws Exception {
    String login = "user=%s password=%s".formatted(database.user(), database.password());
    try (PgBouncer bouncer = PgBouncer.before(database, folder, Map.of("live", login))) {
      Database pool = bouncer.entry("live");
      List<String> before = rows(pool, SESSION);

      // when
      try (Connection client = connect(pool)) {
        client.setAutoCommit(false);
        Database.execute(client, "SELECT epoch.use_branch('feature/x', local => true)");
        assertThat(Database.rows(client, WHERE)).containsExactly("feature/x");
        Database.execute(client, "UPDATE customers SET name = 'on x' WHERE id = 1");
        client.commit();

        // then this client and the others are on live, on the same connection
        assertThat(Database.rows(client, ADA)).containsExactly("Ada");
        client.commit();
      }
      assertThat(rows(pool, SESSION)).isEqualTo(before);
      assertThat(before.getFirst()).startsWith("main|");
      assertThat(rows(pool, ADA)).containsExactly("Ada");

      // and a transaction that fails leaves nothing behind either
      try (Connection client = connect(pool)) {
        client.setAutoCommit(false);
        Database.execute(client, "SELECT epoch.use_branch('feature/x', local => true)");
        assertThat(Database.rows(client, ADA)).containsExactly("on x");
        client.rollback();
      }
      assertThat(rows(pool, SESSION)).isEqualTo(before);
    }
  }

  @Test
  void preparedStatementsMeanTheBranchOnlyInItsTransaction() throws Exception {
    try (Connection session = database.connect();
        PreparedStatement select = session.prepareStatement(ADA);
        PreparedStatement update =
            session.prepareStatement("UPDATE customers SET name = ? WHERE id = 1")) {
      select.unwrap(PGStatement.class).setPrepareThreshold(1);
      update.unwrap(PGStatement.class).setPrepareThreshold(1);
      session.setAutoCommit(false);
      for (String name : List.of("first", "second", "third")) {
        Database.execute(session, "SELECT epoch.use_branch('feature/x', local => true)");
        update.setString(1, name);
        assertThat(update.executeUpdate()).isEqualTo(1);
        assertThat(Database.rows(select.executeQuery())).containsExactly(name);
        session.commit();
        assertThat(Database.rows(select.executeQuery())).containsExactly("Ada");
        session.commit();
      }
    }
  }

  private String options() throws SQLException {
    return database.rows("SELECT epoch.branch_options('feature/x')").getFirst();
  }

  private String path() throws SQLException {
    return database
        .rows("SELECT epoch.branch_path('feature/x', NULL, 'public')")
        .getFirst()
        .replace(" ", "");
  }

  private static List<String> rows(Database pool, String sql) throws SQLException {
    try (Connection client = connect(pool)) {
      return Database.rows(client, sql);
    }
  }

  private static void execute(Database pool, String sql) throws SQLException {
    try (Connection client = connect(pool)) {
      Database.execute(client, sql);
    }
  }

  /** Names of statements prepared on a server mean nothing to the next connection of a pool. */
  private static Connection connect(Database pool) throws SQLException {
    return connect(pool, "prepareThreshold", "0");
  }

  private static Connection connect(Database database, String parameter, String value)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty(parameter, value);
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(database.host(), database.port(), database.name()),
        properties);
  }
}
