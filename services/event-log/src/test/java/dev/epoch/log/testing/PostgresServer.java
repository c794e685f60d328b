package dev.epoch.log.testing;

import io.vertx.pgclient.PgConnectOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One embedded PostgreSQL for all tests of a JVM, as durable as a real one (fsync on). It is
 * started when it is first asked for and stopped when the JVM ends.
 *
 * <pre>{@code
 * PostgresServer.Database database = PostgresServer.shared().newDatabase();
 * PgBuilder.pool().connectingTo(database.connectOptions())...
 * }</pre>
 */
public final class PostgresServer {
  private static final String USER = "postgres";

  private final EmbeddedPostgres postgres;
  private final Path data;
  private final AtomicInteger databases = new AtomicInteger();

  private static final class Shared {
    static final PostgresServer SERVER = start();
  }

  private PostgresServer(EmbeddedPostgres postgres, Path data) {
    this.postgres = postgres;
    this.data = data;
  }

  public static PostgresServer shared() {
    return Shared.SERVER;
  }

  private static PostgresServer start() {
    try {
      Path data = Files.createTempDirectory("epoch-postgres").resolve("data");
      EmbeddedPostgres postgres =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(true)
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("full_page_writes", "on")
              .setServerConfig("max_connections", "300")
              .start();
      return new PostgresServer(postgres, data);
    } catch (IOException e) {
      throw new UncheckedIOException("The embedded PostgreSQL did not start", e);
    }
  }

  /** A database of the server: empty, encoded in UTF-8. */
  public record Database(String host, int port, String name, String user, String password) {
    /** For the reactive client; a new object each time. */
    public PgConnectOptions connectOptions() {
      return new PgConnectOptions()
          .setHost(host)
          .setPort(port)
          .setDatabase(name)
          .setUser(user)
          .setPassword(password)
          .setCachePreparedStatements(true);
    }

    public String reactiveUrl() {
      return "postgresql://" + host + ":" + port + "/" + name;
    }

    public String jdbcUrl() {
      return "jdbc:postgresql://" + host + ":" + port + "/" + name;
    }
  }

  public int port() {
    return postgres.getPort();
  }

  public Database newDatabase() {
    Database database =
        new Database(
            "localhost", port(), "test_" + databases.incrementAndGet(), USER, "not-asked-for");
    execute("CREATE DATABASE " + database.name() + " ENCODING 'UTF8' TEMPLATE template0");
    return database;
  }

  /** Ends all connections to it. */
  public void drop(Database database) {
    execute("DROP DATABASE IF EXISTS " + database.name() + " WITH (FORCE)");
  }

  /** Runs one statement as the superuser, outside of any of the {@link Database databases}. */
  public void execute(String sql) {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /**
   * Breaks all connections and loses what was not flushed, like a crash; returns when the server
   * answers again.
   */
  public void restartImmediately() {
    try {
      long postmaster =
          Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
      Path postgresBinary =
          Path.of(
              ProcessHandle.of(postmaster)
                  .flatMap(process -> process.info().command())
                  .orElseThrow());
      List<String> command = new ArrayList<>();
      if (System.getProperty("user.name").equals("root")) {
        // pg_ctl refuses to work as root; in a user namespace of its own it does not notice.
        command.addAll(List.of("unshare", "-U"));
      }
      command.addAll(
          List.of(
              postgresBinary.resolveSibling("pg_ctl").toString(),
              "restart",
              "--pgdata=" + data,
              "--mode=immediate",
              "--wait",
              "--log=" + data.resolveSibling("restart.log")));
      Process restart =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(data.resolveSibling("pg_ctl.log").toFile())
              .start();
      if (!restart.waitFor(60, TimeUnit.SECONDS) || restart.exitValue() != 0) {
        throw new IllegalStateException(
            "The restart failed: " + Files.readString(data.resolveSibling("pg_ctl.log")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during the restart", e);
    }
  }
}
