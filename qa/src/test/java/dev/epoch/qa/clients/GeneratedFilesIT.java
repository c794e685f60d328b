package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import liquibase.Liquibase;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.DirectoryResourceAccessor;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Migrations as files, run by the tools that they are for: texts with their placeholders and words
 * in them arrive as they were written.
 */
@Timeout(240)
class GeneratedFilesIT {
  private static final String[] BEFORE = {
    "CREATE TABLE users (id int PRIMARY KEY, name text)", "CREATE TABLE other (id int PRIMARY KEY)"
  };
  private static final String[] CHANGES = {
    "ALTER TABLE users ADD greeting text DEFAULT 'Hi ${user.name}; it''s \\n'",
    "ALTER TABLE users ADD \"odd ${column}\" int",
    "CREATE INDEX by_name ON users (name)",
    "ALTER TABLE users ADD CONSTRAINT named CHECK (name <> '${nobody}')",
    """
    COMMENT ON TABLE users IS 'first
    --changeset evil:1
    --rollback DROP TABLE users;
    /* liquibase rollback
      DROP TABLE users */
    ${java.version}'
    """,
    """
    CREATE FUNCTION greet() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      -- rollback; is what ${user.name} would do
      --rollback DROP TABLE other;
      NEW.greeting := 'a;b -- ${c}';
      RETURN NEW;
    END
    $body$
    """,
    "CREATE TRIGGER greet BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION greet()"
  };
  private static final List<String> FACTS =
      List.of(
          "SELECT attname, format_type(atttypid, atttypmod), pg_get_expr(adbin, adrelid)"
              + " FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
              + " WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1",
          "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
              + " WHERE conrelid = 'users'::regclass AND contype = 'c' ORDER BY 1",
          "SELECT obj_description('users'::regclass)",
          "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
              + " ORDER BY 1",
          "SELECT tgname FROM pg_trigger WHERE tgrelid = 'users'::regclass AND NOT tgisinternal"
              + " AND tgname NOT LIKE 'epoch%' ORDER BY 1");

  @TempDir static Path home;
  private static ServerProcess server;
  private static Shell shell;
  private static Database live;

  @BeforeAll
  static void start() throws Exception {
    server = ServerProcess.started(home.resolve("data"));
    live = server.database().create("live");
    live.execute(BEFORE);
    shell = server.shell(Files.createDirectory(home.resolve("work")));
    shell.here("init", "files").ok();
    for (String table : List.of("users", "other")) {
      shell.here("table", "add", table, "--location", live.url() + "/public." + table).ok();
    }
    shell.here("commit", "-m", "before", "--include-schema").ok();
    live.execute(CHANGES);
    shell.here("commit", "-m", "after", "--include-schema").ok();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static Path migration(String name, String format, String... more) {
    Path file = home.resolve("work").resolve(name);
    List<String> command =
        new ArrayList<>(
            List.of("schema", "migrate", "HEAD~1", "HEAD", "--format", format, "-o", name));
    command.addAll(List.of(more));
    shell.here(command.toArray(String[]::new)).ok();
    return file;
  }

  private static Database other(String name) throws Exception {
    Database database = server.database().create(name);
    database.execute(BEFORE);
    return database;
  }

  private static List<List<String>> facts(Database database) throws Exception {
    List<List<String>> facts = new ArrayList<>();
    for (String query : FACTS) {
      facts.add(database.rows(query));
    }
    return facts;
  }

  @Test
  void flyway() throws Exception {
    Path file = migration("flyway/V2__greetings.sql", "flyway");
    Database database = other("by_flyway");
    List<List<String>> before = facts(database);

    int done =
        Flyway.configure()
            .dataSource(jdbc(database), database.user(), database.password())
            .locations("filesystem:" + file.getParent())
            .baselineOnMigrate(true)
            .load()
            .migrate()
            .migrationsExecuted;

    assertThat(done).isOne();
    assertThat(facts(database)).isEqualTo(facts(live));
    database.execute(Files.readString(file.resolveSibling("U2__greetings.sql")));
    assertThat(facts(database)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"whole.sql", "whole.xml", "online.sql", "online.xml"})
  void liquibase(String name) throws Exception {
    boolean online = name.startsWith("online");
    Path file =
        online
            ? migration("liquibase/" + name, "liquibase", "--online")
            : migration("liquibase/" + name, "liquibase");
    Database database = other("by_liquibase_" + name.replace('.', '_'));
    List<List<String>> before = facts(database);
    try (Connection session =
        DriverManager.getConnection(jdbc(database), database.user(), database.password())) {
      liquibase.database.Database over =
          DatabaseFactory.getInstance()
              .findCorrectDatabaseImplementation(new JdbcConnection(session));
      try (Liquibase liquibase =
          new Liquibase(name, new DirectoryResourceAccessor(file.getParent()), over)) {
        liquibase.update("");

        assertThat(facts(database)).isEqualTo(facts(live));
        assertThat(database.rows("SELECT id FROM databasechangelog"))
            .containsExactly(name.replaceFirst("\\..*", ""));

        liquibase.rollback(1, "");

        assertThat(facts(database)).isEqualTo(before);
      }
    }
  }

  private static String jdbc(Database database) {
    return "jdbc:postgresql://%s:%d/%s"
        .formatted(database.host(), database.port(), database.name());
  }
}
