package dev.epoch.storage.postgres.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.CheckFailedException;
import dev.epoch.storage.error.MergeOvertakenException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.TestRepository;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A check that takes long holds up nobody who writes, and sees what they have written. */
@Timeout(60)
class ChecksBesideApplicationsTest {
  private static final String SLOW =
      "SELECT id FROM item WHERE price < 0 UNION ALL"
          + " SELECT 0 FROM (SELECT pg_sleep(1)::text AS t OFFSET 0) s WHERE t = 'never'";

  private TestRepository shop;
  private BranchHandle feature;
  private long position = 1_000;

  @BeforeEach
  void start() {
    shop =
        new TestRepository(
            "CREATE TABLE item (id integer PRIMARY KEY, price integer)",
            "INSERT INTO item SELECT i, i FROM generate_series(1, 10) i");
    shop.install("item");
    feature = shop.branch("feature", shop.main);
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  private Operation.Check check(BranchHandle branch) {
    return new Operation.Check(
        "prices",
        SLOW,
        List.of(shop.at(branch, "item")),
        Set.of(shop.table("item").id()),
        10,
        Duration.ofSeconds(20));
  }

  private Operation commit(BranchHandle branch) {
    return new Operation(
            new OperationId(UUID.randomUUID(), position++),
            branch,
            List.of(new CommitWorkingSet(shop.at(branch, "item"))))
        .withChecks(List.of(check(branch)));
  }

  private Operation merge() {
    return new Operation(
            new OperationId(UUID.randomUUID(), position += 2),
            shop.main,
            List.of(
                new MergeRows(shop.at(shop.main, "item"), shop.head(shop.main, "item").anchor())),
            List.of(shop.at(shop.main, "item")))
        .withChecks(List.of(check(shop.main)));
  }

  private Map<String, PlannedRows> price(int id, int price) {
    return Map.of(
        shop.table("item").id(),
        PlannedRows.fixed(
            dev.epoch.model.row.RowStream.of(
                List.of(
                    new RowChange(
                        RowKey.of("" + id),
                        Row.of("" + id, "" + id),
                        Row.of("" + id, "" + price))))));
  }

  /** Writes while the check runs, and gives up if it has to wait for that. */
  private void writeMeanwhile(BranchHandle branch, String sql) throws SQLException {
    try (Connection other = shop.database.connect();
        Statement statement = other.createStatement()) {
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!shop.database
          .value(
              "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()")
          .equals("1")) {
        assertThat(System.nanoTime()).as("the check runs").isLessThan(end);
      }
      statement.execute("SET lock_timeout = '400ms'");
      if (!branch.isDefault()) {
        statement.execute("SELECT epoch.use_branch('" + branch.name() + "')");
      }
      statement.execute(sql);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"live", "layered", "open"})
  void aCommitLooksAgainWhereSomethingWasWritten(String where) throws Exception {
    // given
    BranchHandle branch = where.equals("live") ? shop.main : feature;
    shop.write(branch, "UPDATE item SET price = 100 WHERE id = 1");
    if (where.equals("open")) {
      shop.adapter.open(feature, List.of());
    }

    // when
    Operation commit = commit(branch);
    CompletableFuture<Throwable> ended =
        CompletableFuture.supplyAsync(() -> failure(commit, Map.of()));
    writeMeanwhile(branch, "UPDATE item SET price = -1 WHERE id = 1");

    // then
    assertThat(ended.get())
        .isInstanceOfSatisfying(
            CheckFailedException.class,
            e -> assertThat(e.found().orElseThrow().rows().toString()).isEqualTo("[[1]]"));

    // when
    shop.write(branch, "UPDATE item SET price = 7 WHERE id = 1");
    assertThat(failure(commit(branch), Map.of())).isNull();
  }

  @Test
  void aMergeIsForeseenToo() throws Exception {
    // given
    shop.write(shop.main, "UPDATE item SET price = 100 WHERE id = 1");

    // then what comes is checked, beside what is there
    assertThat(failure(merge(), price(2, -5)))
        .isInstanceOfSatisfying(
            CheckFailedException.class,
            e -> assertThat(e.found().orElseThrow().rows().toString()).isEqualTo("[[2]]"));

    // when applications write meanwhile
    CompletableFuture<Throwable> ended =
        CompletableFuture.supplyAsync(() -> failure(merge(), price(2, 5)));
    writeMeanwhile(shop.main, "INSERT INTO item VALUES (50, 1)");

    // then it is planned again by who asked
    assertThat(ended.get()).isInstanceOf(MergeOvertakenException.class);
    assertThat(failure(merge(), price(2, 5))).isNull();
    assertThat(shop.database.value("SELECT price FROM item WHERE id = 2")).isEqualTo("5");
  }

  @Test
  void whatATriggerMakesOfRowsIsSeen() {
    // given a trigger that nobody foresees
    shop.database.execute(
        "CREATE FUNCTION lower_price() RETURNS trigger LANGUAGE plpgsql AS $$"
            + " BEGIN NEW.price := -NEW.price; RETURN NEW; END $$",
        "CREATE TRIGGER lowers BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION lower_price()");

    // then
    assertThatThrownBy(
            () -> {
              Throwable failure = failure(merge(), price(2, 5));
              if (failure != null) {
                throw failure;
              }
            })
        .isInstanceOfAny(CheckFailedException.class, MergeOvertakenException.class);
    assertThat(shop.database.value("SELECT price FROM item WHERE id = 2")).isEqualTo("2");
  }

  private Throwable failure(Operation operation, Map<String, PlannedRows> rows) {
    try {
      shop.adapter.apply(operation, rows);
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }
}
