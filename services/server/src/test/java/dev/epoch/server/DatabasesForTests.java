package dev.epoch.server;

import dev.epoch.server.embedded.PrivateFiles;
import dev.epoch.server.http.MalformedRequests;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** One PostgreSQL for a test of the whole application: a database for metadata, one for a user. */
public class DatabasesForTests implements QuarkusTestResourceLifecycleManager {
  public static final String METADATA = "epoch_metadata";
  public static final String SHOP = "shop";

  /** How long a query may run, in milliseconds. */
  public static final int QUERY_MILLISECONDS = 1_000;

  private static EmbeddedPostgres postgres;
  private static Path log;
  private Path dataDirectory;

  @Override
  public Map<String, String> start() {
    MalformedRequests.replaceOthersCheck();
    try {
      dataDirectory = Files.createTempDirectory("epoch-test");
      log = dataDirectory.resolve("postgres-log");
      postgres =
          EmbeddedPostgres.builder()
              .setServerConfig("logging_collector", "on")
              .setServerConfig("log_destination", "jsonlog")
              .setServerConfig("log_directory", log.toString())
              .setServerConfig("log_filename", "errors")
              .setServerConfig("max_connections", "200")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("fsync", "on")
              .start();
      execute("postgres", "CREATE DATABASE " + METADATA, "CREATE DATABASE " + SHOP);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return Map.of(
        "quarkus.datasource.reactive.url",
        url(METADATA),
        "quarkus.datasource.username",
        "postgres",
        "quarkus.datasource.password",
        "postgres",
        "epoch.data-dir",
        dataDirectory.toString(),
        "epoch.webhooks.allow",
        "127.0.0.1",
        "epoch.events.heart-beat",
        "100ms",
        "epoch.api.max-body",
        "1M",
        "epoch.query.timeout",
        QUERY_MILLISECONDS + "ms",
        "epoch.query.max-limit",
        "2000");
  }

  /** Where tables of the user are, as a location. */
  public static String location(String table) {
    return "postgresql://postgres:postgres@localhost:"
        + postgres.getPort()
        + "/"
        + SHOP
        + "/"
        + table;
  }

  /** What PostgreSQL has logged, one JSON object a line. */
  public static Path log() {
    return log.resolve("errors.json");
  }

  public static int port() {
    return postgres.getPort();
  }

  static String url(String database) {
    return "postgresql://localhost:" + postgres.getPort() + "/" + database;
  }

  /** Runs statements as an application of the user would. */
  public static void shop(String... statements) {
    execute(SHOP, statements);
  }

  public static Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:" + url(database) + "?user=postgres&password=postgres");
  }

  private static void execute(String database, String... statements) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public void stop() {
    try {
      postgres.close();
      PrivateFiles.deleteTree(dataDirectory);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
