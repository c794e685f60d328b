package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.postgres.branch.BranchRegistry;
import dev.epoch.storage.postgres.branch.PostgresBranchSessions;
import dev.epoch.storage.postgres.connection.Connecting;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.wire.Targets;
import dev.epoch.wire.WireGateway;
import io.vertx.mutiny.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The connection string of a branch, with the server as it is packaged. */
@Timeout(180)
@ExtendWith(ClientServer.class)
class GatewayIT {
  private static final String WHERE = "SELECT epoch.current_branch()";
  private static final String ADA = "SELECT name FROM customers WHERE id = 1";

  @TempDir Path folder;

  private static Shop shop(ServerProcess server, String name) throws Exception {
    Shop shop = Shop.open(server, name);
    shop.branch("feature/x", "main");
    return shop;
  }

  private static Database named(ServerProcess server, Shop shop, String name) throws Exception {
    Database at = server.onBranch(shop.database(), "main");
    return new Database(at.host(), at.port(), name, at.user(), at.password());
  }

  @Test
  void theUrlOfABranchIsAllThatAClientNeeds(ServerProcess server) throws Exception {
    Shop shop = shop(server, "gateway_url");
    String path = "/branches/" + Rest.escaped("feature/x") + "/url";
    JsonNode url = shop.get(path).ok().path("urls").get(0);
    Database at = server.onBranch(shop.database(), "feature/x");

    assertThat(url.path("database").asText()).isEqualTo("gateway_url@feature/x");
    assertThat(url.path("url").asText())
        .isEqualTo(
            "postgresql://%s@127.0.0.1:%d/gateway_url@feature/x".formatted(at.user(), at.port()));
    try (Connection session =
        DriverManager.getConnection(url.path("jdbc_url").asText() + "&password=" + at.password())) {
      Database.execute(session, "UPDATE customers SET name = 'on x' WHERE id = 1");
      Database.execute(session, "DISCARD ALL");
      assertThat(Database.rows(session, WHERE)).containsExactly("feature/x");
      assertThat(Database.rows(session, ADA)).containsExactly("on x");
    }
    assertThat(shop.database().rows(ADA)).containsExactly("Ada");
    assertThat(shop.get("/branches/missing/url").status()).isEqualTo(404);
    assertThat(shop.get(path + "?user=app").ok().path("urls").get(0).path("url").asText())
        .startsWith("postgresql://app@");
  }

  /** The second name of a database; names as URLs write them; none. */
  @Test
  void namesOfABranch(ServerProcess server) throws Exception {
    Shop shop = shop(server, "gateway_names");
    for (String name : List.of("gateway_names@feature/x", "gateway_names@feature%252Fx")) {
      assertThat(named(server, shop, name).rows(WHERE)).containsExactly("feature/x");
    }
    for (String name : List.of("gateway_names", "gateway_names@", "gateway_names@main")) {
      assertThat(named(server, shop, name).rows(WHERE)).containsExactly("main");
    }
    assertRefused(named(server, shop, "gateway_names@featurex"), "There are feature/x");
    assertRefused(named(server, shop, "nothing@main"), "does not exist");
  }

  private static void assertRefused(Database database, String message) {
    assertThatThrownBy(() -> database.rows(WHERE))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("3D000"))
        .hasMessageContaining(message);
  }

  /** Two repositories have tables in one database; none of them is called as it is. */
  @Test
  void aNameThatMeansSeveralRepositories(ServerProcess server) throws Exception {
    Database database = server.database().create("gateway_shared");
    database.execute("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int PRIMARY KEY)");
    for (String table : List.of("a", "b")) {
      String repository = "gateway_shares_" + table;
      server.rest().post("/repositories", "{\"name\": \"" + repository + "\"}").ok();
      server
          .rest()
          .post(
              "/tables?repository=" + repository,
              "{\"name\": \"%1$s\", \"location\": \"%2$s/public.%1$s\"}"
                  .formatted(table, database.url()))
          .ok();
    }
    Database at = server.onBranch(database, "main");
    assertRefused(at, "means several databases");
    for (String repository : List.of("gateway_shares_a", "gateway_shares_b")) {
      Database one =
          new Database(at.host(), at.port(), repository + "@main", at.user(), at.password());
      assertThat(one.rows("SELECT current_database()")).containsExactly("gateway_shared");
    }
  }

  @Test
  void aCommitIsReadAndStaysWhatItIs(ServerProcess server) throws Exception {
    Shop shop = shop(server, "gateway_commit");
    shop.database().execute("UPDATE customers SET name = 'second' WHERE id = 1");
    String second = shop.commit("main", "Second");
    Database onBranch = server.onBranch(shop.database(), "feature/x");
    onBranch.execute("UPDATE customers SET name = 'on x' WHERE id = 1");
    String third = shop.commit("feature/x", "Third");
    shop.database().execute("ALTER TABLE customers ADD note text", "DELETE FROM customers");
    onBranch.execute("UPDATE customers SET name = 'later on x' WHERE id = 1");
    shop.commit("feature/x", "Fourth");

    for (int look = 0; look < 2; look++) {
      try (Connection at = server.onBranch(shop.database(), second).connect();
          Connection atThird = server.onBranch(shop.database(), third.substring(0, 12)).connect()) {
        assertThat(Database.rows(at, ADA)).containsExactly("second");
        assertThat(Database.rows(atThird, ADA)).containsExactly("on x");
        assertThat(Database.rows(at, "SELECT count(*) FROM customers")).containsExactly("3");
        assertThatThrownBy(() -> Database.execute(at, "DELETE FROM customers"))
            .hasMessageContaining("read-only");
        // branches go on
        shop.database().execute("INSERT INTO customers (name) VALUES ('new')");
        shop.commit("main", "Look " + look);
      }
    }
    assertThat(shop.get("/branches").ok().path("branches")).hasSize(2);
  }

  @Test
  void pgBouncerInFrontOfIt(ServerProcess server) throws Exception {
    Shop shop = shop(server, "gateway_front");
    Database at = server.onBranch(shop.database(), "feature/x");
    String login = "user=%s password=%s".formatted(at.user(), at.password());
    try (PgBouncer bouncer =
        PgBouncer.before(
            at,
            folder,
            Map.of("per_transaction", login, "per_session", login + " pool_mode=session"))) {
      for (String entry : List.of("per_transaction", "per_session")) {
        for (int client = 0; client < 3; client++) {
          try (Connection session = pooled(bouncer.entry(entry))) {
            assertThat(Database.rows(session, WHERE)).containsExactly("feature/x");
            Database.execute(session, "UPDATE customers SET name = 'on x' WHERE id = 1");
          }
        }
      }
    }
    assertThat(shop.database().rows(ADA)).containsExactly("Ada");
  }

  private static Connection pooled(Database pool) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s?prepareThreshold=0"
            .formatted(pool.host(), pool.port(), pool.name()),
        pool.user(),
        pool.password());
  }

  /** It keeps startup parameters to itself: no session, never one on live. */
  @Test
  void pgBouncerBehindItIsRefused(ServerProcess server) throws Exception {
    Shop shop = shop(server, "gateway_behind");
    Database database = shop.database();
    String login = "user=%s password=%s".formatted(database.user(), database.password());
    for (String ignored : List.of("", "search_path, epoch.branch")) {
      try (PgBouncer bouncer =
          PgBouncer.before(database, folder, Map.of(database.name(), login), ignored)) {
        Database pool = bouncer.entry(database.name());
        assertThatThrownBy(() -> throughAGateway(database, pool))
            .hasMessageContaining(
                ignored.isEmpty() ? "unsupported startup parameter" : "does not stand on")
            .hasMessageContaining("pooler");
      }
    }
  }

  /** A gateway whose storage leads to a pool. */
  private static void throughAGateway(Database database, Database pool) throws Exception {
    Vertx vertx = Vertx.vertx();
    Connecting connecting = new Connecting(vertx, AddressRules.ANYTHING);
    LockRetries retries = new LockRetries(Duration.ofMillis(100), Duration.ofSeconds(10));
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (var connections =
            new dev.epoch.storage.postgres.connection.Database(
                connecting, options(database), new PoolOptions().setMaxSize(2));
        PostgresBranchSessions sessions =
            new PostgresBranchSessions(
                connecting,
                options(pool),
                connections,
                retries,
                new BranchRegistry(connections, retries));
        WireGateway gateway =
            new WireGateway(
                vertx.getDelegate(),
                (_, wish) ->
                    new Targets.Target(
                        sessions,
                        sessions.login(
                            new dev.epoch.storage.branch.BranchHandle(
                                database.name(), "b000000000000", "feature/x", false),
                            wish),
                        Optional.empty()),
                new WireGateway.Settings(
                    "127.0.0.1", port, Optional.empty(), Duration.ofSeconds(20), 10))) {
      gateway.listen().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
      gateway.ready();
      new Database("127.0.0.1", port, "x", pool.user(), pool.password()).rows(WHERE);
    } finally {
      vertx.closeAndAwait();
    }
  }

  private static PgConnectOptions options(Database database) {
    return new PgConnectOptions()
        .setHost(database.host())
        .setPort(database.port())
        .setDatabase(database.name())
        .setUser(database.user())
        .setPassword(database.password());
  }
}
