package dev.epoch.storage.testing;

import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.connection.Database;
import io.vertx.mutiny.core.Vertx;
import io.vertx.sqlclient.PoolOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Superusers have event triggers, too: {@code bin/test --superuser}. */
  private static final String OWNERS =
      Boolean.getBoolean("epoch.test.superuser") ? "SUPERUSER" : "NOSUPERUSER";

  private static final AtomicInteger DATABASES = new AtomicInteger();

  private static final String EMPTY = "template1";

  private static final Map<Integer, TestDatabase> MAINTENANCE = new ConcurrentHashMap<>();

  private StoragePostgres() {}

  private static final class Server {
    static final EmbeddedPostgres INSTANCE = start("off");
    static final Vertx VERTX = Vertx.vertx();
    static final int MAJOR_VERSION =
        Integer.parseInt(maintenance(INSTANCE.getPort()).value("SHOW server_version_num")) / 10_000;

    static EmbeddedPostgres start(String durable) {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", durable)
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

  /** Databases that have Epoch's schema, by the port of their server. */
  private static final Map<Integer, String> TEMPLATES = new ConcurrentHashMap<>();

  /** Of a template's objects; owns nothing else. */
  private static final String TEMPLATE_OWNER = "epoch_template_owner";

  private static String makeTemplate(int port) {
    String name = "epoch_template";
    TestDatabase maintenance = maintenance(port);
    maintenance.execute(
        "CREATE ROLE " + TEMPLATE_OWNER + " LOGIN NOSUPERUSER PASSWORD '" + TEMPLATE_OWNER + "'",
        "CREATE DATABASE " + name,
        "GRANT CREATE ON DATABASE " + name + " TO " + TEMPLATE_OWNER);
    TestDatabase template = new TestDatabase(port, name, TEMPLATE_OWNER, SUPERUSER);
    template.executeAsSuperuser("ALTER SCHEMA public OWNER TO " + TEMPLATE_OWNER);
    try (Database epoch =
        new Database(Server.VERTX, template.options(), new PoolOptions().setMaxSize(1))) {
      epoch.writeOnly(EpochSchema::ensure);
    }
    // who copies a database must be alone with it
    maintenance.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
    maintenance.rows(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = ?", name);
    return name;
  }

  /**
   * A new database whose owner is a new role that is no superuser. Tables of branches stay layered
   * unless they are opened.
   */
  public static TestDatabase database() {
    return database(port(), EMPTY);
  }

  /**
   * A {@link #database} in which Epoch has worked as the owner, and has removed all but its schema:
   * a copy, which is made in a third of the time.
   */
  public static TestDatabase databaseWithSchema() {
    return database(port(), template(port()));
  }

  /** {@link #databaseWithSchema} on a server that loses nothing in a crash of the machine. */
  public static TestDatabase durableDatabaseWithSchema() {
    int port = DurableServer.INSTANCE.getPort();
    return database(port, template(port));
  }

  private static String template(int port) {
    return TEMPLATES.computeIfAbsent(port, StoragePostgres::makeTemplate);
  }

  /** {@link #database} on a server that loses nothing in a crash of the machine. */
  public static TestDatabase durableDatabase() {
    return database(DurableServer.INSTANCE.getPort(), EMPTY);
  }

  /** The database of a server that is always there; never closed. */
  static TestDatabase maintenance(int port) {
    return MAINTENANCE.computeIfAbsent(
        port, _ -> new TestDatabase(port, "postgres", SUPERUSER, SUPERUSER));
  }

  private static TestDatabase database(int port, String template) {
    int number = DATABASES.incrementAndGet();
    String name = "test_" + number;
    String owner = "owner_" + number;
    maintenance(port)
        .execute(
            "CREATE ROLE " + owner + " LOGIN " + OWNERS + " PASSWORD '" + owner + "'",
            "CREATE DATABASE " + name + " OWNER " + owner + " TEMPLATE " + template + copying());
    TestDatabase database = new TestDatabase(port, name, owner, SUPERUSER);
    // from PostgreSQL 15 on it belongs to the owner of the database anyway
    List<String> setUp = new ArrayList<>(List.of("ALTER SCHEMA public OWNER TO " + owner));
    // tests of layers are about views; those of open tables open them
    setUp.add("ALTER DATABASE " + name + " SET epoch.open_tables_up_to = '0'");
    // commits of few rows and of many go different ways: both are to be seen in small tests
    setUp.add("ALTER DATABASE " + name + " SET epoch.most_pushed = '3'");
    if (!template.equals(EMPTY)) {
      setUp.add("REASSIGN OWNED BY " + TEMPLATE_OWNER + " TO " + owner);
    }
    database.executeAsSuperuser(setUp.toArray(String[]::new));
    return database;
  }

  /**
   * Copies files in place of writing them through the log: half of the time where nothing waits.
   */
  private static String copying() {
    return Server.MAJOR_VERSION < 15 ? "" : " STRATEGY FILE_COPY";
  }

  /** Port of the server of {@link #database} on the loopback address. */
  public static int port() {
    return Server.INSTANCE.getPort();
  }

  /** Version of the server, like 18. */
  public static int majorVersion() {
    return Server.MAJOR_VERSION;
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
