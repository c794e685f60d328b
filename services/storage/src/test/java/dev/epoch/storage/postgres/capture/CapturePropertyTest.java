package dev.epoch.storage.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random statements of several sessions, with rollbacks, savepoints and commits of Epoch between
 * them. What was the state at each commit stays readable from history, working set and live table,
 * also for a branch that is anchored there.
 */
class CapturePropertyTest {
  private static final int KEYS = 12;
  private static final String ALL = "SELECT * FROM items ORDER BY id";

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void everyCommittedStateStays(long seed) throws Exception {
    run(seed);
  }

  @ParameterizedTest
  @Tag("nightly")
  @ValueSource(longs = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void everyCommittedStateStaysWithMoreSeeds(long seed) throws Exception {
    run(seed);
  }

  private static void run(long seed) throws Exception {
    Random random = new Random(seed);
    try (VersionedDatabase database = VersionedDatabase.start()) {
      // given
      database
          .sql()
          .execute(
              "CREATE TABLE items (id integer PRIMARY KEY, name text, n integer)",
              "INSERT INTO items SELECT i, 'item' || i, i FROM generate_series(1, 6) AS i");
      TableHandle items = database.installReal(new TablePath("public", "items"), "items");
      Map<Long, List<List<String>>> committed = new LinkedHashMap<>();
      committed.put(database.position(), database.sql().rows(ALL));
      Map<BranchHandle, List<List<String>>> branches = new LinkedHashMap<>();

      for (int round = 0; round < 8; round++) {
        // when
        List<Thread> sessions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          long sessionSeed = random.nextLong();
          sessions.add(Thread.startVirtualThread(() -> session(database, new Random(sessionSeed))));
        }
        for (Thread session : sessions) {
          assertThat(session.join(Duration.ofSeconds(30))).isTrue();
        }

        // then
        for (Map.Entry<Long, List<List<String>>> state : committed.entrySet()) {
          assertThat(database.baseAt(items, state.getKey()))
              .as("seed %s, round %s, position %s", seed, round, state.getKey())
              .isEqualTo(state.getValue());
        }
        for (Map.Entry<BranchHandle, List<List<String>>> branch : branches.entrySet()) {
          try (Connection connection = database.connect(branch.getKey())) {
            assertThat(TestDatabase.rows(connection, ALL))
                .as("seed %s, round %s, branch %s", seed, round, branch.getKey().name())
                .isEqualTo(branch.getValue());
          }
        }

        // given: the next commit, and sometimes a branch of it
        if (random.nextInt(3) > 0) {
          List<List<String>> now = database.sql().rows(ALL);
          long position = database.commit(items, "id", "name", "n");
          committed.put(position, now);
          if (random.nextBoolean()) {
            branches.put(database.branch("branch " + round, items), now);
          }
        }
      }
    }
  }

  private static void session(VersionedDatabase database, Random random) {
    try (Connection connection = database.sql().connect()) {
      for (int transaction = 0; transaction < 4; transaction++) {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(
            random.nextInt(4) == 0
                ? Connection.TRANSACTION_REPEATABLE_READ
                : Connection.TRANSACTION_READ_COMMITTED);
        try {
          transaction(connection, random);
        } catch (SQLException e) {
          // duplicate keys, deadlocks, serialization failures: the application's own business
          assertThat(e.getSQLState()).isIn("23505", "40P01", "40001", "0A000");
          connection.rollback();
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void transaction(Connection connection, Random random) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      Savepoint savepoint = null;
      int statements = 1 + random.nextInt(5);
      for (int i = 0; i < statements; i++) {
        statement.execute(statement(random));
        int choice = random.nextInt(4);
        if (choice == 0) {
          savepoint = connection.setSavepoint();
        } else if (choice == 1 && savepoint != null) {
          connection.rollback(savepoint);
        }
      }
      if (random.nextInt(4) == 0) {
        connection.rollback();
      } else {
        connection.commit();
      }
    }
  }

  private static String statement(Random random) {
    int key = 1 + random.nextInt(KEYS);
    int other = 1 + random.nextInt(KEYS);
    return switch (random.nextInt(9)) {
      case 0 -> "INSERT INTO items VALUES (%d, 'new', %d)".formatted(key, other);
      case 1 ->
          """
          INSERT INTO items VALUES (%d, 'upsert', 1), (%d, 'upsert', 2)
          ON CONFLICT DO NOTHING
          """
              .formatted(key, other);
      case 2 ->
          """
          INSERT INTO items VALUES (%d, 'upsert', %d)
          ON CONFLICT (id) DO UPDATE SET name = items.name || '!'
          """
              .formatted(key, other);
      case 3 -> "UPDATE items SET n = n + 1 WHERE id = %d".formatted(key);
      case 4 -> "UPDATE items SET name = name || '.' WHERE id >= %d".formatted(key);
      case 5 -> "UPDATE items SET id = %d WHERE id = %d".formatted(other, key);
      case 6 -> "DELETE FROM items WHERE id = %d".formatted(key);
      case 7 -> "DELETE FROM items WHERE id > %d".formatted(key + KEYS / 2);
      default -> random.nextInt(4) == 0 ? "TRUNCATE items" : "UPDATE items SET n = 0 WHERE n < 3";
    };
  }
}
