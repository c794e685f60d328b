package dev.epoch.storage.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commits and merges beside applications that write: none of them fails, none is cut in two. */
class MysqlWritersTest {
  private static final int ACCOUNTS = 40;
  private static final long TOTAL = 1000L * ACCOUNTS;
  private static final BranchHandle MAIN = new BranchHandle("r", "m1", "main", true);
  private static final BranchHandle FEATURE = new BranchHandle("r", "f1", "feature", false);

  private MysqlBackend backend;
  private StorageAdapter adapter;
  private TableHandle accounts;
  private RowsLocation head = RowsLocation.live(1);
  private long position = 1;

  @BeforeEach
  void accounts() {
    backend = new MysqlBackend();
    adapter = backend.adapter();
    backend.run(
        "CREATE TABLE accounts (id INT PRIMARY KEY, credit INT NOT NULL, note VARCHAR(40))");
    for (int i = 1; i <= ACCOUNTS; i++) {
      backend.run("INSERT INTO accounts VALUES (%d, 1000, NULL)".formatted(i));
    }
    TablePath path = new TablePath(backend.database, "accounts");
    accounts =
        new TableHandle("r", "t1", "accounts", path, adapter.introspect(path, List.of()).schema());
    adapter.install(new OperationId(new UUID(1, 1), 1), accounts);
    adapter.putBranch(MAIN, Map.of("t1", new BranchTable(accounts, head)));
    adapter.putBranch(FEATURE, Map.of("t1", new BranchTable(accounts, head)));
  }

  @AfterEach
  void dropIt() {
    backend.close();
  }

  /** Moves credit between two accounts, rows locked in the order of their keys; or an account. */
  private void transact(Statement statement, Random random) throws SQLException {
    int from = 1 + random.nextInt(ACCOUNTS - 1);
    int to = from + 1 + random.nextInt(ACCOUNTS - from);
    statement.execute("START TRANSACTION");
    statement.execute("UPDATE accounts SET credit = credit - 1 WHERE id = " + from);
    statement.execute("UPDATE accounts SET credit = credit + 1 WHERE id = " + to);
    if (random.nextInt(4) == 0) {
      int key = 1_000 + random.nextInt(1_000_000);
      statement.execute(
          "INSERT IGNORE INTO accounts VALUES (%d, 5, 'x'), (%d, -5, 'y')"
              .formatted(2 * key, 2 * key + 1));
    }
    statement.execute(random.nextInt(8) == 0 ? "ROLLBACK" : "COMMIT");
  }

  private Operation operation(Operation.TableOperation change) {
    position++;
    return new Operation(new OperationId(new UUID(1, position), position), MAIN, List.of(change));
  }

  private Map<RowKey, Row> rows(RowsLocation at) {
    Map<RowKey, Row> rows = new HashMap<>();
    list(adapter.rows(accounts, new TableState.Committed(at), RowQuery.page(null, 100_000)))
        .forEach(row -> rows.put(row.key(new int[] {0}), row));
    return rows;
  }

  private static <T> List<T> list(RowStream<T> stream) {
    List<T> all = new ArrayList<>();
    try (stream) {
      stream.forEachRemaining(all::add);
    }
    return all;
  }

  private static long sum(Map<RowKey, Row> rows) {
    return rows.values().stream().mapToLong(row -> Long.parseLong(row.get(1))).sum();
  }

  @Test
  void commitsAndMergesCutBetweenTransactions() throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger transactions = new AtomicInteger();
    ConcurrentLinkedQueue<SQLException> failures = new ConcurrentLinkedQueue<>();
    List<Thread> writers = new ArrayList<>();
    for (String level : List.of("READ COMMITTED", "REPEATABLE READ", "REPEATABLE READ")) {
      int seed = writers.size();
      writers.add(
          Thread.ofVirtual()
              .start(() -> {
                Random random = new Random(seed);
                while (!done.get()) {
                  try (Connection connection = backend.connect();
                      Statement statement = connection.createStatement()) {
                    statement.execute("SET SESSION TRANSACTION ISOLATION LEVEL " + level);
                    while (!done.get()) {
                      transact(statement, random);
                      transactions.incrementAndGet();
                    }
                  } catch (SQLException e) {
                    failures.add(e);
                  }
                }
              }));
    }
    List<RowsLocation> heads = new ArrayList<>(List.of(head));
    List<Map<RowKey, Row>> states = new ArrayList<>(List.of(rows(head)));
    int busy = 0;
    try {
      for (int i = 0; i < 30; i++) {
        Operation.TableOperation change = new Operation.CommitWorkingSet(at(head));
        Map<String, PlannedRows> planned = Map.of();
        if (i % 3 == 2) {
          // a merge that brings an account which nobody else writes, over what they have written
          RowKey key = RowKey.of("" + (10_000_000 + i));
          change = new Operation.MergeRows(at(head), head.anchor());
          planned =
              Map.of(
                  "t1",
                  PlannedRows.fixed(
                      RowStream.of(
                          List.of(new RowChange(key, null, Row.of(key.get(0), "0", "merged"))))));
        }
        position++;
        Operation plain = operation(change);
        Operation operation =
            i % 3 == 2
                ? new Operation(
                    plain.id(), MAIN, plain.tables(), List.of(at(head)), List.of(), null)
                : plain;
        try {
          var result = adapter.apply(operation, planned);
          head = result.locations().get("t1");
        } catch (BusyException e) {
          busy++;
          continue;
        }
        heads.add(head);
        states.add(rows(head));
      }
    } finally {
      done.set(true);
      for (Thread writer : writers) {
        writer.join();
      }
    }

    // then
    assertThat(failures).isEmpty();
    assertThat(busy).isZero();
    assertThat(transactions.get()).isGreaterThan(100);
    for (int i = 0; i < heads.size(); i++) {
      assertThat(sum(states.get(i))).as("commit " + i).isEqualTo(TOTAL);
      assertThat(rows(heads.get(i))).as("commit " + i).isEqualTo(states.get(i));
    }
    for (int i = 1; i < heads.size(); i++) {
      Map<RowKey, Row> replayed = new HashMap<>(states.get(i - 1));
      for (RowChange each :
          list(
              adapter.changes(
                  accounts,
                  new TableState.Committed(heads.get(i - 1)),
                  new TableState.Committed(heads.get(i)),
                  ChangeQuery.all()))) {
        assertThat(replayed.get(each.key())).isEqualTo(each.before());
        if (each.after() == null) {
          replayed.remove(each.key());
        } else {
          replayed.put(each.key(), each.after());
        }
      }
      assertThat(replayed).as("changes to commit " + i).isEqualTo(states.get(i));
    }
  }

  private BranchTable at(RowsLocation location) {
    return new BranchTable(accounts, location);
  }

  /** What it has not committed is in no commit, and a commit does not wait for ever. */
  @Test
  void aTransactionThatStaysOpenIsWaitedForAndNamed() throws SQLException {
    MysqlSettings settings = backend.settings();
    try (Connection connection = backend.connect();
        Statement statement = connection.createStatement();
        StorageAdapter impatient =
            new MysqlStorageAdapter(
                MysqlSettings.of(
                    Map.of(
                        "host",
                        settings.host(),
                        "port",
                        "" + settings.port(),
                        "database",
                        settings.database(),
                        "username",
                        "root",
                        "ssl_mode",
                        "disabled",
                        "lock_timeout",
                        "1")),
                AddressRules.ANYTHING)) {
      statement.execute("START TRANSACTION");
      statement.execute("UPDATE accounts SET credit = 0 WHERE id = 1");

      // reading and branches go on
      assertThat(sum(rows(head))).isEqualTo(TOTAL);
      impatient.putBranch(new BranchHandle("r", "g1", "another", false), Map.of("t1", at(head)));
      Operation commit = operation(new Operation.CommitWorkingSet(at(head)));
      assertThatThrownBy(() -> impatient.apply(commit, Map.of()))
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("did not end");

      // and so does the application
      statement.execute("COMMIT");
      head = impatient.apply(commit, Map.of()).locations().get("t1");
      assertThat(sum(rows(head))).isEqualTo(TOTAL - 1000);
    }
  }

  /** A row that an application has locked, and not written, is waited for from outside the gate. */
  @Test
  void aMergeOfALockedRowIsTriedAgain() throws Exception {
    try (Connection connection = backend.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("START TRANSACTION");
      statement.execute("SELECT * FROM accounts WHERE id = 1 FOR UPDATE");
      RowKey key = RowKey.of("1");
      position++;
      Operation plain = operation(new Operation.MergeRows(at(head), head.anchor()));
      Operation merge =
          new Operation(plain.id(), MAIN, plain.tables(), List.of(at(head)), List.of(), null);
      PlannedRows rows =
          PlannedRows.fixed(
              RowStream.of(
                  List.of(
                      new RowChange(
                          key, Row.of("1", "1000", null), Row.of("1", "1000", "merged")))));

      // when
      CompletableFuture<RowsLocation> merged =
          CompletableFuture.supplyAsync(
              () -> adapter.apply(merge, Map.of("t1", rows)).locations().get("t1"));
      long deadline = System.nanoTime() + 60_000_000_000L;
      while (backend
              .select("SELECT IS_USED_LOCK(CONCAT('epoch:', SHA1(DATABASE())))")
              .contains("[null]")
          && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      assertThat(merged).isNotDone();
      // the application's other statements go on
      statement.execute("UPDATE accounts SET credit = credit + 1 WHERE id = 2");
      statement.execute("UPDATE accounts SET credit = credit - 1 WHERE id = 3");
      statement.execute("COMMIT");

      // then
      head = merged.get(60, TimeUnit.SECONDS);
      assertThat(rows(head).get(key)).isEqualTo(Row.of("1", "1000", "merged"));
      assertThat(sum(rows(head))).isEqualTo(TOTAL);
    }
  }

  /** Its snapshot is older than the commit; its first write is not. */
  @Test
  void aTransactionThatReadBeforeACommitWritesAfterIt() throws SQLException {
    for (String level : List.of("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")) {
      backend.run("UPDATE accounts SET note = 'before %s'".formatted(level));
      try (Connection connection = backend.connect();
          Statement statement = connection.createStatement()) {
        statement.execute("SET SESSION TRANSACTION ISOLATION LEVEL " + level);
        statement.execute("START TRANSACTION");
        if (!level.equals("SERIALIZABLE")) {
          statement.execute("SELECT * FROM accounts");
        }
        Operation commit = operation(new Operation.CommitWorkingSet(at(head)));
        head = adapter.apply(commit, Map.of()).locations().get("t1");
        Map<RowKey, Row> state = rows(head);

        statement.execute("UPDATE accounts SET note = 'after'");
        statement.execute("COMMIT");

        assertThat(rows(head)).isEqualTo(state);
        assertThat(
                list(
                    adapter.changes(
                        accounts,
                        new TableState.Committed(head),
                        new TableState.Working(MAIN, head),
                        ChangeQuery.all())))
            .hasSize(ACCOUNTS)
            .allMatch(change -> change.before().get(2).startsWith("before"));
      }
    }
  }
}
