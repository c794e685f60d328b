package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.Removal;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.NoPrimaryKeyException;
import dev.epoch.storage.postgres.catalog.Layout;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.state.TableState;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables whose key nothing but Epoch keeps unique, such as Hibernate's element collections. */
class TableWithoutKeyTest {
  private static final String DUPLICATE =
      "duplicate key value violates the key that Epoch was given for table \"phone\"";
  private static final int KEYS = 6;

  private TestRepository shop;

  @BeforeEach
  void start() {
    shop =
        new TestRepository(
            "CREATE TABLE phone (person integer NOT NULL, number text, note text)",
            "INSERT INTO phone VALUES (1, '11', 'a'), (1, '12', 'b'), (2, '11', 'c')");
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  @Test
  void rowsThatCannotBeToldApartAreRefused() {
    assertThatThrownBy(() -> shop.installBy("phone", "number"))
        .isInstanceOf(NoPrimaryKeyException.class)
        .hasMessageContaining("Several rows");
    shop.database.execute("INSERT INTO phone VALUES (3, NULL, 'd')");
    assertThatThrownBy(() -> shop.installBy("phone", "person", "number"))
        .isInstanceOf(NoPrimaryKeyException.class)
        .hasMessageContaining("is null in rows");
  }

  @Test
  void itIsCommittedBranchedAndMergedLikeAnother() {
    // given
    shop.installBy("phone", "person", "number");
    BranchHandle branch = shop.branch("x", shop.main);
    TableState before = shop.committed(shop.main, "phone");
    Map<?, ?> rowsBefore = shop.rows("phone", before);

    // when
    shop.write(
        branch,
        "INSERT INTO phone VALUES (2, '13', 'new')",
        "UPDATE phone SET note = 'theirs' WHERE number = '12'",
        "DELETE FROM phone WHERE person = 2 AND number = '11'");
    assertThatThrownBy(() -> shop.write(branch, "INSERT INTO phone VALUES (1, '11', 'again')"))
        .hasMessageContaining("duplicate key");
    assertThatThrownBy(() -> shop.write(branch, "UPDATE phone SET number = '11' WHERE person = 1"))
        .hasMessageContaining("duplicate key");
    assertThatThrownBy(() -> shop.write(branch, "INSERT INTO phone VALUES (1, NULL, 'null')"))
        .hasMessageContaining("null value");
    shop.commit(branch, "phone");
    TableState base = before;
    shop.write(shop.main, "UPDATE phone SET note = 'ours' WHERE person = 1 AND number = '11'");
    shop.commit(shop.main, "phone");
    long anchor = shop.head(shop.main, "phone").anchor();
    shop.merge(
        shop.main, "phone", anchor, shop.changes("phone", base, shop.committed(branch, "phone")));

    // then
    assertThat(shop.database.rows("SELECT * FROM phone ORDER BY person, number"))
        .containsExactly(
            List.of("1", "11", "ours"), List.of("1", "12", "theirs"), List.of("2", "13", "new"));
    assertThat(shop.rows("phone", before)).isEqualTo(rowsBefore);
    assertCounted();
  }

  @Test
  void whatWouldGiveTwoRowsOneKeyIsRefused() {
    shop.installBy("phone", "person", "number");

    for (String statement :
        List.of(
            "INSERT INTO phone VALUES (1, '11', 'again')",
            "INSERT INTO phone VALUES (9, '1', 'x'), (9, '1', 'y')",
            "UPDATE phone SET number = '11' WHERE person = 1")) {
      assertThatThrownBy(() -> shop.write(shop.main, statement))
          .hasMessageContaining(DUPLICATE)
          .hasMessageContaining("Detail: Key (person, number)=(")
          .extracting(failure -> ((SQLException) failure.getCause()).getSQLState())
          .isEqualTo("23505");
    }
    for (String statement :
        List.of(
            "INSERT INTO phone VALUES (1, NULL, 'x')",
            "UPDATE phone SET number = NULL WHERE person = 2")) {
      assertThatThrownBy(() -> shop.write(shop.main, statement))
          .hasMessageContaining("null value in column \"number\" violates the key")
          .extracting(failure -> ((SQLException) failure.getCause()).getSQLState())
          .isEqualTo("23502");
    }
    assertCounted();
  }

  @Test
  void whatLeavesOneRowOfEachKeyIsNot() {
    shop.installBy("phone", "person", "number");
    TableState before = shop.committed(shop.main, "phone");
    Map<?, ?> rowsBefore = shop.rows("phone", before);

    // as Hibernate does it: all elements of a collection go, and those that it has now come
    shop.write(
        shop.main,
        "DELETE FROM phone WHERE person = 1",
        "INSERT INTO phone VALUES (1, '12', 'a')",
        "INSERT INTO phone VALUES (1, '11', 'b')");
    shop.write(
        shop.main,
        "UPDATE phone SET number = CASE number WHEN '11' THEN '12' ELSE '11' END WHERE person = 1");
    shop.write(
        shop.main,
        """
        WITH gone AS (DELETE FROM phone WHERE person = 2 RETURNING *)
        INSERT INTO phone SELECT person, number, 'moved' FROM gone\
        """);
    shop.write(
        shop.main,
        """
        WITH made AS (INSERT INTO phone VALUES (2, '11', 'made') RETURNING *)
        DELETE FROM phone USING made WHERE phone.person = 2\
        """);
    assertCounted();
    shop.write(shop.main, "TRUNCATE phone", "INSERT INTO phone VALUES (1, '11', 'after')");

    assertThat(shop.rows("phone", before)).isEqualTo(rowsBefore);
    assertCounted();
  }

  @Test
  void ofTwoThatInsertOneKeyTheSecondWaitsAndIsRefused() throws Exception {
    shop.installBy("phone", "person", "number");
    try (Connection first = shop.database.connect();
        Statement statement = first.createStatement()) {
      first.setAutoCommit(false);
      statement.execute("INSERT INTO phone VALUES (5, '5', 'first')");

      CompletableFuture<Throwable> second =
          CompletableFuture.supplyAsync(() -> {
            try {
              shop.write(shop.main, "INSERT INTO phone VALUES (5, '5', 'second')");
              return null;
            } catch (IllegalStateException refused) {
              return refused;
            }
          });
      awaitLockWaiter();
      first.commit();

      assertThat(second.get(30, TimeUnit.SECONDS)).hasMessageContaining(DUPLICATE);
    }
    assertCounted();
  }

  @Test
  void removingItLeavesNothing() {
    String relations = "SELECT relname FROM pg_class WHERE relname LIKE 'phone\\_\\_%'";
    shop.installBy("phone", "person", "number");
    assertThat(shop.database.rows(relations)).isNotEmpty();

    shop.adapter.remove(shop.table("phone"), Removal.OF_EVERYTHING);

    assertThat(shop.database.rows(relations)).isEmpty();
    shop.database.execute("INSERT INTO phone VALUES (1, '11', 'again')");
  }

  /** Again with {@code -Depoch.test.seed=}. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void countsAreRightWhateverTriggersDo(int number) throws SQLException {
    long seed = Long.getLong("epoch.test.seed", System.nanoTime() - number) + number;
    Random random = new Random(seed);
    shop.database.execute(
        """
        CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          k integer := 1 + floor(random() * %1$d);
          j integer := 1 + floor(random() * %1$d);
        BEGIN
          IF pg_trigger_depth() < 4 AND random() < 0.5 THEN
            BEGIN
              CASE floor(random() * 5)
                WHEN 0 THEN DELETE FROM phone WHERE person = k;
                WHEN 1 THEN INSERT INTO phone VALUES (k, 'n', 'nested');
                WHEN 2 THEN UPDATE phone SET person = j WHERE person = k;
                WHEN 3 THEN
                  DELETE FROM phone WHERE person = k;
                  INSERT INTO phone VALUES (k, 'n', 'back');
                ELSE UPDATE phone SET note = note || '+' WHERE person = k;
              END CASE;
            EXCEPTION WHEN unique_violation OR triggered_data_change_violation THEN
              NULL;
            END;
          END IF;
          RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END
        $$\
        """
            .formatted(KEYS),
        "CREATE TRIGGER b_busy BEFORE INSERT OR UPDATE OR DELETE ON phone FOR EACH ROW EXECUTE FUNCTION busy()",
        "CREATE TRIGGER f_busy AFTER INSERT OR UPDATE OR DELETE ON phone FOR EACH ROW EXECUTE FUNCTION busy()");
    shop.installBy("phone", "person", "number");
    TableState before = shop.committed(shop.main, "phone");
    Map<?, ?> rowsBefore = shop.rows("phone", before);
    try (Connection connection = shop.database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT setseed(" + random.nextDouble() + ")");
      connection.setAutoCommit(false);
      for (int i = 0; i < 150; i++) {
        Savepoint savepoint = connection.setSavepoint();
        String sql = statement(random);
        try {
          statement.execute(sql);
        } catch (SQLException refused) {
          assertThat(refused.getSQLState()).as(refused.getMessage()).isIn("23505", "27000");
          connection.rollback(savepoint);
        }
        if (random.nextInt(4) == 0) {
          connection.commit();
          assertThat(shop.database.rows(DUPLICATES))
              .as("seed %s: %s", seed - number, sql)
              .isEmpty();
          assertCounted();
          assertThat(shop.rows("phone", before)).as("seed %s", seed - number).isEqualTo(rowsBefore);
        }
      }
      connection.commit();
    }
  }

  private static final String DUPLICATES =
      "SELECT person, number FROM phone GROUP BY 1, 2 HAVING count(*) > 1";

  private static String statement(Random random) {
    int key = 1 + random.nextInt(KEYS);
    int other = 1 + random.nextInt(KEYS);
    return switch (random.nextInt(5)) {
      case 0 -> "INSERT INTO phone VALUES (%d, 'n', 'a'), (%d, 'n', 'b')".formatted(key, other);
      case 1 -> "UPDATE phone SET person = person + 1";
      case 2 -> "UPDATE phone SET person = %d WHERE person = %d".formatted(other, key);
      case 3 -> "DELETE FROM phone WHERE person IN (%d, %d)".formatted(key, other);
      default -> "INSERT INTO phone VALUES (%d, 'n', 'c')".formatted(key);
    };
  }

  /** The counts are those of the rows. */
  private void assertCounted() {
    String counts = Layout.of(shop.table("phone")).keyCounts();
    assertThat(
            shop.database.rows(
                """
                SELECT person, number, epoch_count FROM epoch.%s
                EXCEPT ALL
                SELECT person, number, count(*)::integer FROM phone GROUP BY 1, 2
                """
                    .formatted(Quote.identifier(counts))))
        .isEmpty();
    assertThat(shop.database.value("SELECT count(*) FROM epoch." + Quote.identifier(counts)))
        .isEqualTo(shop.database.value("SELECT count(DISTINCT (person, number)) FROM phone"));
  }

  private void awaitLockWaiter() {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (System.nanoTime() < end) {
      if (!shop.database
          .value(
              """
              SELECT count(*) FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'
              """)
          .equals("0")) {
        return;
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("nobody waits for a lock");
  }
}
