package dev.epoch.storage.postgres.migration;

import static org.junit.jupiter.api.Assertions.assertNull;

import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.storage.postgres.PostgresTest;
import dev.epoch.storage.postgres.ddl.PostgresDialect;
import dev.epoch.storage.postgres.schema.PostgresSchemaReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * From any schema to any other and back. A failure is made smaller, statement by statement, and
 * tells its seed: {@code -Depoch.seed=N} repeats it.
 */
class RandomMigrationTest {
  private static final int PAIRS = Integer.getInteger("epoch.pairs", 25);
  private static final String SCHEMA = "random";

  private static PostgresTest postgres;
  private static PostgresSchemaReader reader;

  @BeforeAll
  static void start() {
    postgres = new PostgresTest();
    reader = new PostgresSchemaReader(postgres.database);
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @Test
  void everySchemaBecomesEveryOtherAndBack() throws SQLException {
    Long given = Long.getLong("epoch.seed");
    long first = given == null ? Long.getLong("epoch.test.seed", System.nanoTime()) : given;
    try (Connection connection = postgres.sql.connect()) {
      for (int i = 0; i < (given == null ? PAIRS : 1); i++) {
        long seed = first + i;
        List<String> before = RandomSchema.statements(seed);
        List<String> after = RandomSchema.statements(~seed);
        String failure = trip(connection, before, after);
        if (failure != null) {
          before = smaller(connection, before, after, true);
          after = smaller(connection, before, after, false);
          failure = trip(connection, before, after);
        }
        assertNull(failure, "seed " + seed + "\n" + before + "\n" + after);
      }
    }
  }

  /** Without each statement that the failure does not need. */
  private static List<String> smaller(
      Connection connection, List<String> before, List<String> after, boolean first) {
    List<String> left = new ArrayList<>(first ? before : after);
    for (int i = left.size() - 1; i >= 0; i--) {
      String statement = left.remove(i);
      String failure = first ? trip(connection, left, after) : trip(connection, before, left);
      if (failure == null) {
        left.add(i, statement);
      }
    }
    return left;
  }

  /** What went wrong, or null. */
  private static String trip(Connection connection, List<String> before, List<String> after) {
    DatabaseSchema other = made(connection, after);
    DatabaseSchema one = made(connection, before);
    Migration migration = new PostgresDialect().between(one, other, MigrationOptions.TRANSACTIONAL);
    String failure = run(connection, migration.up());
    failure = failure == null ? differs(other, migration.up()) : failure;
    failure = failure == null ? run(connection, migration.down()) : failure;
    return failure == null ? differs(one, migration.down()) : failure;
  }

  private static DatabaseSchema read() {
    return reader.read(Map.of(SCHEMA, SCHEMA));
  }

  /**
   * Statements that PostgreSQL refuses are left out: a key that a foreign key wants is not there.
   */
  private static DatabaseSchema made(Connection connection, List<String> statements) {
    execute(connection, "DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
    execute(connection, "CREATE SCHEMA " + SCHEMA);
    for (String statement : statements) {
      execute(connection, "SET search_path = " + SCHEMA + "; " + statement);
    }
    return read();
  }

  private static boolean execute(Connection connection, String sql) {
    try (var statement = connection.createStatement()) {
      statement.execute("SET client_min_messages = warning");
      statement.execute(sql);
      return true;
    } catch (SQLException refused) {
      return false;
    }
  }

  private static String run(Connection connection, List<Statement> statements) {
    for (Statement each : statements) {
      try (var statement = connection.createStatement()) {
        statement.execute("SET search_path = pg_catalog");
        statement.execute(each.sql());
      } catch (SQLException failure) {
        return failure.getMessage() + "\n" + text(statements);
      }
    }
    return null;
  }

  private static String differs(DatabaseSchema wanted, List<Statement> statements) {
    SchemaDifference difference = SchemaDifference.between(wanted, read());
    return difference.isEmpty() ? null : difference.changes().values() + "\n" + text(statements);
  }

  private static String text(List<Statement> statements) {
    StringBuilder text = new StringBuilder();
    statements.forEach(statement -> text.append(statement.sql()).append(";\n"));
    return text.toString();
  }
}
