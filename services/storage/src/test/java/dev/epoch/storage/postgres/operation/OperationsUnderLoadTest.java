package dev.epoch.storage.postgres.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.PostgresStorageAdapter;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.StoragePostgres;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commits and merges while applications move money between two tables. */
class OperationsUnderLoadTest {
  private static final int WRITERS = 4;
  private static final int COMMITS = 25;
  private static final int ACCOUNTS = 20;

  private TestRepository bank;

  @BeforeEach
  void start() {
    bank =
        new TestRepository(
            "CREATE TABLE cash (id integer PRIMARY KEY, amount integer)",
            "CREATE TABLE savings (id integer PRIMARY KEY, amount integer)",
            "INSERT INTO cash SELECT i, 100 FROM generate_series(1, 20) i",
            "INSERT INTO savings SELECT i, 100 FROM generate_series(1, 20) i");
    bank.install("cash", "savings");
  }

  @AfterEach
  void stop() {
    bank.close();
  }

  @Test
  void aCommitHoldsWholeTransactionsAndNoApplicationIsTheVictim() throws Exception {
    // given
    AtomicBoolean stopped = new AtomicBoolean();
    List<TableState[]> states = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(threads.submit(() -> moveMoney(stopped)));
      }

      // when
      for (int i = 0; i < COMMITS; i++) {
        bank.commit(bank.main, "cash", "savings");
        states.add(
            new TableState[] {
              bank.committed(bank.main, "cash"), bank.committed(bank.main, "savings")
            });
      }
      stopped.set(true);

      // then
      int moved = 0;
      for (Future<Integer> writer : writers) {
        moved += writer.get(60, TimeUnit.SECONDS);
      }
      assertThat(moved).isGreaterThan(COMMITS);
    }
    for (TableState[] state : states) {
      assertThat(sum("cash", state[0]) + sum("savings", state[1])).isEqualTo(2 * 100 * ACCOUNTS);
    }
    bank.commit(bank.main, "cash", "savings");
    assertThat(bank.rows("cash", bank.committed(bank.main, "cash")))
        .isEqualTo(bank.rows("cash", bank.working(bank.main, "cash")));
  }

  private int moveMoney(AtomicBoolean stopped) throws SQLException {
    int moved = 0;
    try (Connection connection = bank.database.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      while (!stopped.get()) {
        int id = ThreadLocalRandom.current().nextInt(1, ACCOUNTS + 1);
        // in the same order everywhere, as applications that avoid deadlocks do
        statement.execute("UPDATE cash SET amount = amount - 1 WHERE id = " + id);
        statement.execute("UPDATE savings SET amount = amount + 1 WHERE id = " + id);
        connection.commit();
        moved++;
      }
    }
    return moved;
  }

  private int sum(String table, TableState state) {
    return bank.rows(table, state).values().stream()
        .mapToInt(row -> Integer.parseInt(row.get(1)))
        .sum();
  }

  @Test
  void longTransactionsMakeAnOperationGiveUpWithoutATrace() throws Exception {
    // given
    BranchHandle main = bank.main;
    LockRetries impatient = new LockRetries(Duration.ofMillis(20), Duration.ofMillis(200));
    Operation operation =
        new Operation(
            bank.nextOperation(),
            main,
            List.of(new Operation.CommitWorkingSet(bank.at(main, "cash"))));
    Operation merge =
        new Operation(
            bank.nextOperation(), main, List.of(new Operation.MergeRows(bank.at(main, "cash"), 0)));
    RowChange change = new RowChange(RowKey.of("2"), Row.of("2", "100"), Row.of("2", "200"));
    try (PostgresStorageAdapter adapter =
            new PostgresStorageAdapter(
                StoragePostgres.vertx(),
                bank.database.options(),
                new PoolOptions().setMaxSize(2),
                impatient);
        Connection connection = bank.database.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("UPDATE cash SET amount = 0 WHERE id = 1");

      // when
      assertThatThrownBy(() ->
              adapter.apply(merge, Map.of("t1", PlannedRows.fixed(RowStream.of(List.of(change))))))
          .isInstanceOf(BusyException.class);
      assertThatThrownBy(() -> adapter.apply(operation, Map.of()))
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("Waited for process ")
          .hasMessageContaining("has changed cash and is in a transaction since 20");
      assertThat(bank.adapter.result(operation.id())).isEmpty();
      connection.commit();
    }

    // then
    bank.commit(main, "cash");
    assertThat(bank.rows("cash", bank.committed(main, "cash")).get(RowKey.of("1")).get(1))
        .isEqualTo("0");
    bank.merge(main, "cash", 0, List.of(change));
    assertThat(bank.database.value("SELECT amount FROM cash WHERE id = 2")).isEqualTo("200");
  }
}
