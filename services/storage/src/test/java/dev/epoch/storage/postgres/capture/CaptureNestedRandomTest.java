package dev.epoch.storage.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.VersionedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random statements in transactions on a table whose triggers write it at random, up to three
 * levels deep: the last commit reads as before. Again with {@code -Depoch.test.seed=}.
 */
class CaptureNestedRandomTest {
  private static final int KEYS = 9;
  private static final String ALL = "SELECT * FROM items ORDER BY id";

  private static final String BUSY =
      """
      CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        k integer := 1 + floor(random() * %1$d);
        j integer := 1 + floor(random() * %1$d);
      BEGIN
        IF TG_LEVEL = 'ROW' AND random() < 0.5 THEN
          k := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
        END IF;
        IF pg_trigger_depth() < 4 AND random() < 0.6 THEN
          BEGIN
            CASE floor(random() * 9)
              WHEN 0 THEN DELETE FROM items WHERE id = k;
              WHEN 1 THEN INSERT INTO items VALUES (k, 'nested', j);
              WHEN 2 THEN UPDATE items SET id = j WHERE id = k;
              WHEN 3 THEN UPDATE items SET n = n + 100;
              WHEN 4 THEN
                INSERT INTO items VALUES (k, 'nested upsert', j), (%1$d + 1, 'x', 0)
                ON CONFLICT (id) DO UPDATE SET name = items.name || '*';
              WHEN 5 THEN
                DELETE FROM items WHERE id = k;
                INSERT INTO items VALUES (k, 'back', j);
              ELSE UPDATE items SET name = name || '+' WHERE id = k;
            END CASE;
            IF random() < 0.1 THEN
              RAISE EXCEPTION USING ERRCODE = 'P0001';
            END IF;
          EXCEPTION WHEN unique_violation OR cardinality_violation OR raise_exception
              OR triggered_data_change_violation THEN
            NULL;
          END;
        END IF;
        IF TG_OP = 'DELETE' THEN
          RETURN OLD;
        END IF;
        RETURN NEW;
      END
      $$
      """
          .formatted(KEYS);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void theLastCommitStays(int number) throws SQLException {
    long seed = Long.getLong("epoch.test.seed", System.nanoTime() - number) + number;
    System.out.println("CaptureNestedRandomTest: -Depoch.test.seed=" + (seed - number));
    Random random = new Random(seed);
    try (VersionedDatabase database = VersionedDatabase.start()) {
      // given
      database
          .sql()
          .execute(
              "CREATE TABLE items (id integer PRIMARY KEY, name text, n integer)",
              "INSERT INTO items SELECT i, 'item' || i, i FROM generate_series(1, 6) AS i",
              BUSY);
      for (String kind :
          List.of("BEFORE ROW", "AFTER ROW", "BEFORE STATEMENT", "AFTER STATEMENT")) {
        if (random.nextBoolean()) {
          String[] words = kind.split(" ");
          database
              .sql()
              .execute(
                  "CREATE TRIGGER %s_%s %s INSERT OR UPDATE OR DELETE ON items FOR EACH %s EXECUTE FUNCTION busy()"
                      .formatted(
                          random.nextBoolean() ? "a" : "x",
                          kind.replace(' ', '_'),
                          words[0],
                          words[1]));
        }
      }
      TableHandle items = database.installReal(new TablePath("public", "items"), "items");
      List<List<String>> before = database.sql().rows(ALL);
      try (Connection connection = database.sql().connect();
          Statement statement = connection.createStatement()) {
        statement.execute("SELECT setseed(" + random.nextDouble() + ")");
        connection.setAutoCommit(false);
        for (int transaction = 0; transaction < 60; transaction++) {
          StringBuilder done = new StringBuilder();
          int statements = 1 + random.nextInt(4);
          for (int i = 0; i < statements; i++) {
            Savepoint savepoint = connection.setSavepoint();
            String sql = statement(random);
            done.append(sql).append("; ");
            try {
              statement.execute(sql);
              if (random.nextInt(6) == 0) {
                connection.rollback(savepoint);
                done.append("rolled back; ");
              }
            } catch (SQLException e) {
              // what triggers do to rows that a statement is at is the application's own business
              assertThat(e.getSQLState()).as(e.getMessage()).isIn("23505", "27000", "21000");
              connection.rollback(savepoint);
              done.append("failed; ");
            }
          }
          connection.commit();

          // then
          assertThat(database.lastCommit(items))
              .as("seed %s, transaction %s: %s", seed - number, transaction, done)
              .isEqualTo(before);
          if (random.nextBoolean()) {
            database.commit(items, "id", "name", "n");
            before = database.sql().rows(ALL);
          }
        }
      }
    }
  }

  private static String statement(Random random) {
    int key = 1 + random.nextInt(KEYS);
    int other = 1 + random.nextInt(KEYS);
    return switch (random.nextInt(8)) {
      case 0 -> "INSERT INTO items VALUES (%d, 'new', 1), (%d, 'new', 2)".formatted(key, other);
      case 1 ->
          """
          INSERT INTO items VALUES (%d, 'upsert', %d), (0, 'upsert', 0)
          ON CONFLICT (id) DO UPDATE SET name = items.name || '!'\
          """
              .formatted(key, other);
      case 2 -> "UPDATE items SET n = n + 1 WHERE id IN (%d, %d)".formatted(key, other);
      case 3 -> "UPDATE items SET n = n + 1";
      case 4 -> "UPDATE items SET id = %d WHERE id = %d".formatted(other, key);
      case 5 -> "DELETE FROM items WHERE id IN (%d, %d)".formatted(key, other);
      case 6 ->
          """
          WITH gone AS (DELETE FROM items WHERE id = %d RETURNING *)
          INSERT INTO items SELECT id, name || '-', n FROM gone\
          """
              .formatted(key);
      default ->
          "INSERT INTO items VALUES (%d, 'ignored', 1) ON CONFLICT DO NOTHING".formatted(key);
    };
  }
}
