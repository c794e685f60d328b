package dev.epoch.storage.postgres.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.storage.postgres.PostgresTest;
import dev.epoch.storage.postgres.ddl.PostgresDialect;
import dev.epoch.storage.postgres.schema.PostgresSchemaReader;
import dev.epoch.storage.testing.StoragePostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A migration makes the one schema the other in a real PostgreSQL, and back. Each case has a schema
 * of its own, so that all of them are read at once.
 */
class MigrationRoundTripTest {
  private enum Mode {
    TRANSACTIONAL(MigrationOptions.TRANSACTIONAL),
    ONLINE(MigrationOptions.ONLINE);

    private final MigrationOptions options;

    Mode(MigrationOptions options) {
      this.options = options;
    }
  }

  private record Case(String name, String schema, String before, String change) {}

  private static final List<String> INVALID = new ArrayList<>();
  private static PostgresTest postgres;
  private static PostgresSchemaReader reader;

  @BeforeAll
  static void start() {
    postgres = new PostgresTest();
    reader = new PostgresSchemaReader(postgres.database);
    for (String role : List.of("rt_reader", "rt_writer")) {
      postgres.sql.executeAsSuperuser(
          "DO $$BEGIN CREATE ROLE "
              + role
              + "; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END$$");
    }
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @ParameterizedTest
  @EnumSource
  void upGivesTheOtherSchemaAndDownTheFirst(Mode mode) throws SQLException, IOException {
    // given
    List<Case> cases = cases();
    assertTrue(cases.size() >= 150, cases.size() + " cases");
    if (StoragePostgres.majorVersion() < 15) {
      cases.removeIf(each -> (each.before() + each.change()).contains("NULLS NOT DISTINCT"));
    }
    Map<String, String> failures = new TreeMap<>();
    try (Connection connection = postgres.sql.connect()) {
      cases.forEach(each -> reset(connection, each));
      Map<String, DatabaseSchema> before = read();
      cases.forEach(each -> run(connection, each.schema(), each.change()));
      Map<String, DatabaseSchema> after = read();
      cases.forEach(each -> reset(connection, each));

      assertEquals(List.of(), INVALID);

      // when
      Map<String, Migration> migrations = new HashMap<>();
      for (Case each : cases) {
        DatabaseSchema one = schema(before, each);
        DatabaseSchema other = schema(after, each);
        Migration migration = new PostgresDialect().between(one, other, mode.options);
        assertTrue(!migration.isEmpty(), each.name());
        migrations.put(each.schema(), migration);
        run(connection, each, "UP", migration.up(), failures);
      }
      Map<String, DatabaseSchema> up = read();
      for (Case each : cases) {
        compare(each, "UP", schema(after, each), schema(up, each), migrations, failures);
        if (!failures.containsKey(each.name())) {
          run(connection, each, "DOWN", migrations.get(each.schema()).down(), failures);
        }
      }
      Map<String, DatabaseSchema> down = read();
      for (Case each : cases) {
        compare(each, "DOWN", schema(before, each), schema(down, each), migrations, failures);
      }
    }

    // then
    assertEquals("", String.join("\n\n", failures.values()));
  }

  private static void compare(
      Case each,
      String way,
      DatabaseSchema wanted,
      DatabaseSchema made,
      Map<String, Migration> migrations,
      Map<String, String> failures) {
    SchemaDifference difference = SchemaDifference.between(wanted, made);
    if (!difference.isEmpty()) {
      Migration migration = migrations.get(each.schema());
      failures.putIfAbsent(
          each.name(),
          each.name()
              + ", "
              + way
              + ": "
              + difference.changes().values()
              + "\n"
              + text(way.equals("UP") ? migration.up() : migration.down()));
    }
  }

  private static void run(
      Connection connection,
      Case each,
      String way,
      List<Statement> statements,
      Map<String, String> failures) {
    for (Statement statement : statements) {
      try (var sql = connection.createStatement()) {
        sql.execute("SET check_function_bodies = off; SET search_path = pg_catalog");
        sql.execute(statement.sql());
      } catch (SQLException failure) {
        failures.putIfAbsent(
            each.name(),
            each.name()
                + ", "
                + way
                + ": "
                + failure.getMessage()
                + "\n  "
                + statement.sql()
                + "\n"
                + text(statements));
        return;
      }
    }
  }

  private static String text(List<Statement> statements) {
    StringBuilder text = new StringBuilder();
    statements.forEach(statement -> text.append("    ").append(statement.sql()).append(";\n"));
    return text.toString();
  }

  private static void reset(Connection connection, Case each) {
    run(connection, "public", "DROP SCHEMA IF EXISTS " + each.schema() + " CASCADE");
    run(connection, "public", "CREATE SCHEMA " + each.schema());
    run(connection, each.schema(), each.before());
  }

  private static void run(Connection connection, String schema, String script) {
    try (var sql = connection.createStatement()) {
      sql.execute("SET search_path = " + schema + "; SET client_min_messages = warning");
      if (!script.isBlank()) {
        sql.execute(script);
      }
    } catch (SQLException failure) {
      INVALID.add(failure.getMessage() + "\n" + script);
    }
  }

  private static Map<String, DatabaseSchema> read() {
    Map<String, List<SchemaObject>> objects = new HashMap<>();
    reader
        .read()
        .objects()
        .values()
        .forEach(object ->
            objects.computeIfAbsent(object.name().schema(), any -> new ArrayList<>()).add(object));
    Map<String, DatabaseSchema> schemas = new LinkedHashMap<>();
    objects.forEach((name, found) -> schemas.put(name, DatabaseSchema.of(found)));
    return schemas;
  }

  private static DatabaseSchema schema(Map<String, DatabaseSchema> schemas, Case each) {
    return schemas.getOrDefault(each.schema(), DatabaseSchema.of(List.of()));
  }

  private static List<Case> cases() throws IOException {
    try (InputStream in = MigrationRoundTripTest.class.getResourceAsStream("cases.sql")) {
      List<Case> cases = new ArrayList<>();
      String only = System.getProperty("epoch.case");
      for (String text : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("(?m)^# ")) {
        if (!text.isBlank()) {
          String[] parts = text.split("\n", 2);
          String[] sides = parts[1].split("(?m)^>\n", 2);
          if (only == null || parts[0].contains(only)) {
            cases.add(new Case(parts[0], "c" + cases.size(), sides[0], sides[1]));
          }
        }
      }
      return cases;
    }
  }
}
