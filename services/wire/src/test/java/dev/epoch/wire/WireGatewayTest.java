package dev.epoch.wire;

import static dev.epoch.wire.GatewayDatabase.COMMIT;
import static dev.epoch.wire.GatewayDatabase.execute;
import static dev.epoch.wire.GatewayDatabase.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** Sessions through the gateway, by pgjdbc, on a real database. */
@Tag("postgres-versions")
@Timeout(120)
class WireGatewayTest {
  private static final String WHERE = "SELECT epoch.current_branch()";
  private static final String ITEM = "SELECT name FROM items WHERE id = 1";

  private static GatewayDatabase shop;

  @BeforeAll
  static void start() throws Exception {
    shop = GatewayDatabase.start();
  }

  @AfterAll
  static void stop() throws Exception {
    shop.close();
  }

  private static List<List<String>> live() {
    return shop.database.sql().rows("SELECT name FROM items WHERE id = 1");
  }

  @Test
  void aSessionIsOnTheBranch() throws SQLException {
    try (Connection session = shop.connect("feature/x")) {
      assertThat(rows(session, WHERE)).containsExactly("feature/x");
      execute(session, "UPDATE items SET name = 'on x' WHERE id = 1");
      assertThat(rows(session, ITEM)).containsExactly("on x");
      assertThat(session.getMetaData().getDatabaseProductName()).isEqualTo("PostgreSQL");
    }
    assertThat(live()).containsExactly(List.of("live"));
    try (Connection session = shop.connect("main")) {
      assertThat(rows(session, WHERE)).containsExactly("main");
      assertThat(rows(session, ITEM)).containsExactly("live");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RESET ALL",
        "DISCARD ALL",
        "RESET search_path",
        "SET search_path TO DEFAULT",
        "SET SESSION AUTHORIZATION DEFAULT",
        "RESET epoch.branch"
      })
  void aResetGoesBackToTheBranch(String reset) throws SQLException {
    try (Connection session = shop.connect("feature/x")) {
      execute(session, reset);
      assertThat(rows(session, WHERE)).containsExactly("feature/x");
      execute(session, "SELECT epoch.use_branch('main')", "DISCARD ALL");
      assertThat(rows(session, WHERE)).containsExactly("feature/x");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"options|-c search_path=pg_temp,public", "currentSchema|public"})
  void aPathOfTheClientsOwnStandsBehindTheBranch(String name, String value) throws SQLException {
    for (String ref : List.of("feature/x", "main")) {
      try (Connection session = shop.connect(ref, name, value)) {
        assertThat(rows(session, WHERE)).containsExactly(ref);
        assertThat(rows(session, "SHOW search_path").getFirst())
            .endsWith("public")
            .doesNotContain("$user");
      }
    }
  }

  /** The role's settings lead to a branch; the name says another one. */
  @Test
  void theNameCountsMoreThanSettingsOfTheRole() throws SQLException {
    TestDatabase sql = shop.database.sql();
    sql.executeAsSuperuser(
        "SELECT epoch.login_on_branch('" + shop.clerk + "', 'feature/x', 'shop')");
    try (Connection session = shop.connect("main")) {
      assertThat(rows(session, WHERE)).containsExactly("main");
      assertThat(rows(session, ITEM)).containsExactly("live");
      execute(session, "DISCARD ALL");
      assertThat(rows(session, WHERE)).containsExactly("main");
    } finally {
      sql.executeAsSuperuser("SELECT epoch.login_on_branch('" + shop.clerk + "', NULL)");
    }
  }

  @Test
  void settingsOfTheRoleAreThePathBehindTheBranch() throws SQLException {
    TestDatabase sql = shop.database.sql();
    String role = "ALTER ROLE " + shop.clerk + " IN DATABASE " + sql.name();
    sql.executeAsSuperuser(role + " SET search_path = 'public', 'pg_temp'");
    try (Connection session = shop.connect("feature/x")) {
      assertThat(rows(session, "SHOW search_path").getFirst()).endsWith("pg_temp");
      assertThat(rows(session, WHERE)).containsExactly("feature/x");
    } finally {
      sql.executeAsSuperuser(role + " RESET search_path");
    }
  }

  @Test
  void aTableThatIsNotRegisteredIsNotWritten() throws SQLException {
    try (Connection session = shop.connect("feature/x")) {
      assertThatThrownBy(() -> execute(session, "INSERT INTO notes VALUES (1)"))
          .hasMessageContaining("not versioned");
      assertThatThrownBy(() -> execute(session, "UPDATE public.items SET name = 'no'"))
          .hasMessageContaining("feature/x");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO items VALUES (7, 'x')",
        "UPDATE items SET name = 'x'",
        "DELETE FROM items",
        "INSERT INTO notes VALUES (1)",
        "UPDATE public.items SET name = 'x'",
        "SELECT epoch.open_table('items')",
        "CREATE TABLE items_2 (id integer)"
      })
  void aCommitIsRead(String write) throws SQLException {
    shop.database.sql().execute("UPDATE items SET name = 'later' WHERE id = 1");
    try (Connection session = shop.connect(COMMIT)) {
      assertThat(rows(session, WHERE)).containsExactly(COMMIT);
      assertThat(rows(session, ITEM)).containsExactly("live");
      assertThatThrownBy(() -> execute(session, write))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));

      // and whoever switches that off
      execute(session, "SET default_transaction_read_only = off");
      try {
        execute(session, write);
      } catch (SQLException refused) {
        assertThat(refused.getSQLState()).isIn("25006", "EP002", "42501", "42809", "0A000");
      }
      execute(session, "DISCARD ALL");
      assertThat(rows(session, "SHOW transaction_read_only")).containsExactly("on");
      assertThat(rows(session, "SELECT count(*), min(name) FROM items")).containsExactly("1|live");
    } finally {
      shop.database.sql().execute("UPDATE items SET name = 'live' WHERE id = 1");
    }
    assertThat(live()).containsExactly(List.of("live"));
    assertThat(shop.database.sql().rows("SELECT count(*) FROM notes"))
        .containsExactly(List.of("0"));
  }

  /** A session holds the commit; gc takes what nobody reads. */
  @Test
  void gcLeavesCommitsThatAreRead() throws SQLException {
    String there = "SELECT count(*) FROM epoch.branches WHERE name = '" + COMMIT + "'";
    try (Connection session = shop.connect(COMMIT)) {
      shop.database.branches.reclaim("shop", Set.of(), false);
      assertThat(rows(session, ITEM)).containsExactly("live");
      assertThat(shop.database.branches.known("shop"))
          .contains(shop.branches.get("feature/x").id())
          .doesNotContain(shop.branches.get(COMMIT).id());
    }
    awaitSessions("true", false);
    shop.database.branches.reclaim("shop", Set.of(), false);
    assertThat(shop.database.sql().rows(there)).containsExactly(List.of("0"));
    shop.branches.put(COMMIT, shop.database.branch(COMMIT, shop.items));
  }

  /** Waits until the clerk has sessions of this kind, or has none. */
  private static void awaitSessions(String kind, boolean some) throws SQLException {
    String count =
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = '%s' AND %s"
            .formatted(shop.clerk, kind);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    try (Connection superuser = shop.database.sql().connect("postgres")) {
      while (!rows(superuser, count).equals(List.of(some ? "t" : "f"))) {
        assertThat(System.nanoTime()).as(kind).isLessThan(end);
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void whoCancelsIsHeard() throws Exception {
    try (Connection session = shop.connect("feature/x");
        Statement statement = session.createStatement()) {
      CompletableFuture<SQLException> failure =
          CompletableFuture.supplyAsync(() -> {
            try {
              statement.execute("SELECT pg_sleep(60)");
              return null;
            } catch (SQLException e) {
              return e;
            }
          });
      awaitSessions("wait_event = 'PgSleep'", true);
      statement.cancel();
      assertThat(failure.get(30, TimeUnit.SECONDS).getSQLState()).isEqualTo("57014");
      assertThat(rows(session, WHERE)).containsExactly("feature/x");
    }
  }

  private static PSQLException refused(String ref, String... more) {
    try (Connection session = shop.connect(ref, more)) {
      throw new AssertionError("a session on " + rows(session, WHERE));
    } catch (PSQLException refused) {
      return refused;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anUnknownBranchIsNoDatabase() {
    PSQLException refused = refused("featur/x");
    assertThat(refused.getSQLState()).isEqualTo("3D000");
    assertThat(refused.getServerErrorMessage().getSeverity()).isEqualTo("FATAL");
    assertThat(refused.getServerErrorMessage().getDetail()).startsWith("There are feature/x, ");
  }

  /** Names are for those only who may see the database. */
  @Test
  void whoCannotLogInLearnsOfNoBranch() {
    PSQLException refused = refused("featur/x", "user", "nobody");
    assertThat(refused.getSQLState()).isEqualTo("28000");
    assertThat(refused.getMessage()).doesNotContain("feature/x");
  }

  @Test
  void anUnknownDatabase() {
    assertThatThrownBy(() ->
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + shop.port() + "/other", "a", "b"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("3D000"));
  }

  /** What a pooler that keeps parameters to itself leads to. */
  @Test
  void aSessionThatDoesNotStandOnTheBranchIsEnded() {
    assertThat(refused("no check").getSQLState()).isEqualTo("EP002");
    PSQLException failing = refused("failing check");
    assertThat(failing.getSQLState()).isEqualTo("22012");
    assertThat(failing.getServerErrorMessage().getSeverity()).isEqualTo("FATAL");
  }

  @Test
  void replicationIsRefused() {
    PSQLException refused =
        refused("feature/x", "replication", "database", "assumeMinServerVersion", "9.4");
    assertThat(refused.getSQLState()).isEqualTo("0A000");
  }

  @Test
  void aBranchThatIsDeletedMeanwhileIsNotLive() throws SQLException {
    var gone = shop.database.branch("gone", shop.items);
    shop.branches.put("gone", gone);
    try (Connection session = shop.connect("gone")) {
      assertThat(rows(session, ITEM)).containsExactly("live");
      shop.database.branches.drop(gone);
      for (String sql : List.of(ITEM, "UPDATE items SET name = 'no'", WHERE)) {
        assertThatThrownBy(() -> execute(session, sql)).hasMessageContaining("does not exist");
      }
    }
    shop.branches.remove("gone");
    assertThat(live()).containsExactly(List.of("live"));
  }

  /** The client does not read: the database waits for it, and nothing is collected between. */
  @Test
  void aLargeResultWaitsInTheDatabase() throws Exception {
    try (RawClient raw = RawClient.connect(shop.port(), shop.clerk, "shop@feature/x")) {
      raw.query("SELECT repeat('x', 100000) FROM generate_series(1, 2000)");
      awaitSessions("wait_event = 'ClientWrite'", true);
      assertThat(raw.readUntilReady()).isGreaterThan(200_000_000L);
    }
  }
}
