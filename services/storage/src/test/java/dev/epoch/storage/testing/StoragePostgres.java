package dev.epoch.storage.testing;

import io.vertx.mutiny.core.Vertx;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * The PostgreSQL servers of the tests, started when first asked for and stopped with the JVM: one
 * that does not wait for the disk, and one that does, for tests of what a real server is like.
 *
 * <p>Each test class takes a database of its own:
 *
 * <pre>{@code
 * private static TestDatabase database;
 *
 * @BeforeAll
 * static void start() {
 *   database = StoragePostgres.database();
 *   database.load("/data/chinook/Chinook_PostgreSql.sql");
 * }
 *
 * @AfterAll
 * static void stop() {
 *   database.close();
 * }
 * }</pre>
 */
public final class StoragePostgres {
  private static final String SUPERUSER = "postgres";
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private StoragePostgres() {}

  private static final class Server {
    static final EmbeddedPostgres INSTANCE = start("off");
    static final Vertx VERTX = Vertx.vertx();

    static EmbeddedPostgres start(String fsync) {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", fsync)
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("max_connections", "200")
            .setServerConfig("max_prepared_transactions", "10")
            .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class DurableServer {
    static final EmbeddedPostgres INSTANCE = Server.start("on");
  }

  /**
   * A new database whose owner is a new role that is no superuser. Tables of branches stay layered
   * unless they are opened.
   */
  public static TestDatabase database() {
    return database(port());
  }

  /** {@link #database} on a server that loses nothing in a crash of the machine. */
  public static TestDatabase durableDatabase() {
    return database(DurableServer.INSTANCE.getPort());
  }

  private static TestDatabase database(int port) {
    int number = DATABASES.incrementAndGet();
    String name = "test_" + number;
    String owner = "owner_" + number;
    TestDatabase maintenance = new TestDatabase(port, "postgres", SUPERUSER, SUPERUSER);
    maintenance.execute(
        "CREATE ROLE " + owner + " LOGIN NOSUPERUSER PASSWORD '" + owner + "'",
        "CREATE DATABASE " + name + " OWNER " + owner);
    TestDatabase database = new TestDatabase(port, name, owner, SUPERUSER);
    // from PostgreSQL 15 on it belongs to the owner of the database anyway
    database.executeAsSuperuser("ALTER SCHEMA public OWNER TO " + owner);
    // tests of layers are about views; those of open tables open them
    database.executeAsSuperuser("ALTER DATABASE " + name + " SET epoch.open_tables_up_to = '0'");
    return database;
  }

  /** Port of the server of {@link #database} on the loopback address. */
  public static int port() {
    return Server.INSTANCE.getPort();
  }

  /** Version of the server, like 18. */
  public static int majorVersion() {
    String number =
        new TestDatabase(port(), "postgres", SUPERUSER, SUPERUSER).value("SHOW server_version_num");
    return Integer.parseInt(number) / 10_000;
  }

  /** The Vert.x of the tests; never closed. */
  public static Vertx vertx() {
    return Server.VERTX;
  }

  /**
   * Reads an SQL script. What stands before psql's {@code \c} (it makes the database) and psql's
   * own commands are left out.
   */
  static String script(String resource) {
    try (InputStream in = StoragePostgres.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + resource);
      }
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      int connect = -1;
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).startsWith("\\c ")) {
          connect = i;
        }
      }
      return lines.stream()
          .skip(connect + 1L)
          .filter(line -> !line.startsWith("\\"))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
