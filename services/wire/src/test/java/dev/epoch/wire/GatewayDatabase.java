package dev.epoch.wire;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchLogin;
import dev.epoch.storage.branch.BranchSessions;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.postgres.branch.PostgresBranchSessions;
import dev.epoch.storage.postgres.connection.Connecting;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import dev.epoch.wire.message.ErrorMessage;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A gateway before a database with a table {@code items} on {@code main}, a branch {@code
 * feature/x} and a commit. Its names are {@code shop@REF}.
 */
final class GatewayDatabase implements AutoCloseable {
  static final String COMMIT = "ab".repeat(32);

  final VersionedDatabase database = VersionedDatabase.start();
  final String clerk;
  final Map<String, BranchHandle> branches = new ConcurrentHashMap<>();
  final TableHandle items;
  private final PostgresBranchSessions sessions;
  private final WireGateway gateway;
  private final int port;

  GatewayDatabase(Duration patience, int most, Optional<KeyCertOptions> certificate)
      throws Exception {
    TestDatabase sql = database.sql();
    sql.execute(
        "CREATE TABLE items (id integer PRIMARY KEY, name text)",
        "INSERT INTO items VALUES (1, 'live')",
        "CREATE TABLE notes (id integer PRIMARY KEY)");
    items = database.installReal(new TablePath("public", "items"), "items");
    branches.put("main", VersionedDatabase.MAIN);
    branches.put("feature/x", database.branch("feature/x", items));
    branches.put(COMMIT, database.branch(COMMIT, items));
    clerk = sql.role("clerk_" + sql.name());
    sql.execute("GRANT ALL ON items, notes TO " + clerk);
    sessions =
        new PostgresBranchSessions(
            new Connecting(StoragePostgres.vertx(), AddressRules.ANYTHING),
            sql.options(),
            database.connections(),
            new LockRetries(Duration.ofMillis(100), Duration.ofSeconds(20)),
            database.branches);
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    gateway =
        new WireGateway(
            StoragePostgres.vertx().getDelegate(),
            this::find,
            new WireGateway.Settings("127.0.0.1", port, certificate, patience, most));
    gateway.listen().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    gateway.ready();
  }

  static GatewayDatabase start() throws Exception {
    return new GatewayDatabase(Duration.ofSeconds(30), 100, Optional.empty());
  }

  private Targets.Target find(String name, BranchSessions.Wish wish) {
    String ref = name.startsWith("shop@") ? name.substring(5) : null;
    if (ref == null) {
      throw new LoginRefusedException(Refusals.noDatabase(name));
    }
    if (ref.equals("no check")) {
      return new Targets.Target(
          sessions, new BranchLogin(Map.of(), "SELECT 'f'", List.of("t")), Optional.empty());
    }
    if (ref.equals("failing check")) {
      return new Targets.Target(
          sessions, new BranchLogin(Map.of(), "SELECT 1 / 0", List.of("t")), Optional.empty());
    }
    BranchHandle branch = branches.get(ref);
    if (branch == null) {
      ErrorMessage none = Refusals.noBranch(ref, "shop", NearNames.to(ref, branches.keySet()));
      return Targets.Target.refused(sessions, none);
    }
    BranchLogin login =
        ref.equals(COMMIT) ? sessions.loginAtCommit(branch, wish) : sessions.login(branch, wish);
    return new Targets.Target(sessions, login, Optional.empty());
  }

  int port() {
    return port;
  }

  WireGateway gateway() {
    return gateway;
  }

  Connection connect(String ref, String... more) throws SQLException {
    Properties properties = new Properties();
    properties.put("user", clerk);
    properties.put("password", clerk);
    for (int i = 0; i < more.length; i += 2) {
      properties.put(more[i], more[i + 1]);
    }
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/shop@" + ref.replace("/", "%2F"), properties);
  }

  static List<String> rows(Connection connection, String sql) {
    return TestDatabase.rows(connection, sql).stream().map(row -> String.join("|", row)).toList();
  }

  static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @Override
  public void close() throws IOException {
    gateway.close();
    sessions.close();
    database.close();
  }
}
