package dev.epoch.storage.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.TestRepository;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The database ends Epoch's connections at random moments of an operation: afterwards it is done or
 * not, as {@code result} says, and never half. {@code -Depoch.test.seed=...} runs one again.
 */
class KilledConnectionsTest {
  private static final int ROUNDS = Integer.getInteger("epoch.storage.kills", 40);
  private static final List<String> TABLES = List.of("a", "b");

  private final long seed = Long.getLong("epoch.test.seed", System.nanoTime() % 1_000_000);
  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  private TestRepository repository;
  private BranchHandle feature;
  private int value;
  private int done;
  private int undone;

  @BeforeEach
  void start() {
    repository =
        new TestRepository(
            "CREATE TABLE a (id integer PRIMARY KEY, v integer)",
            "CREATE TABLE b (id integer PRIMARY KEY, v integer REFERENCES a)",
            "INSERT INTO a SELECT i, 0 FROM generate_series(1, 50) i",
            "INSERT INTO b SELECT i, i FROM generate_series(1, 50) i");
    repository.install("a", "b");
    feature = repository.branch("feature", repository.main);
  }

  @AfterEach
  void stop() {
    repository.close();
  }

  @Test
  void operationsAreDoneOrNot() throws Exception {
    System.out.println("seed " + seed);
    for (int round = 0; round < ROUNDS; round++) {
      BranchHandle branch = random.nextBoolean() ? repository.main : feature;
      if (random.nextBoolean()) {
        commit(branch);
      } else {
        merge(branch);
      }
    }
    assertThat(done).as("seed %s: done in spite of a kill", seed).isPositive();
    assertThat(undone).as("seed %s: kept from being done", seed).isPositive();
  }

  private void commit(BranchHandle branch) throws Exception {
    value++;
    repository.write(
        branch,
        "UPDATE a SET v = " + value + " WHERE id <= " + (1 + random.nextInt(50)),
        "UPDATE b SET v = " + (1 + value % 50) + " WHERE id <= " + (1 + random.nextInt(50)));
    Map<String, Map<RowKey, Row>> before = rows(branch, false);
    Map<String, Map<RowKey, Row>> working = rows(branch, true);
    Operation operation =
        new Operation(
            repository.nextOperation(),
            branch,
            TABLES.stream()
                .<Operation.TableOperation>map(
                    table -> new CommitWorkingSet(repository.at(branch, table)))
                .toList());
    killDuring(operation, Map::of);
    Optional<OperationResult> result = repository.adapter.result(operation.id());
    if (result.isPresent()) {
      done++;
    } else {
      undone++;
      assertThat(rows(branch, false)).as("seed %s", seed).isEqualTo(before);
      assertThat(rows(branch, true)).as("seed %s", seed).isEqualTo(working);
    }
    finish(operation, Map.of(), result);
    assertThat(rows(branch, false)).as("seed %s", seed).isEqualTo(working);
    assertThat(rows(branch, true)).as("seed %s", seed).isEqualTo(working);
  }

  private void merge(BranchHandle branch) throws Exception {
    value++;
    Map<String, Map<RowKey, Row>> before = rows(branch, false);
    Map<String, Map<RowKey, Row>> after = new HashMap<>();
    Map<String, List<RowChange>> changes = new HashMap<>();
    for (String table : TABLES) {
      after.put(table, new HashMap<>(before.get(table)));
      List<RowChange> ofTable = new ArrayList<>();
      for (int id = 1; id <= 1 + random.nextInt(50); id++) {
        String v = Integer.toString(table.equals("a") ? value : 1 + value % 50);
        Row row = Row.of(Integer.toString(id), v);
        RowKey key = RowKey.of(Integer.toString(id));
        ofTable.add(new RowChange(key, before.get(table).get(key), row));
        after.get(table).put(key, row);
      }
      changes.put(repository.table(table).id(), ofTable);
    }
    long anchor = repository.head(repository.main, "a").anchor();
    Operation operation =
        new Operation(
            repository.nextOperation(),
            branch,
            TABLES.stream()
                .<Operation.TableOperation>map(
                    table -> new MergeRows(repository.at(branch, table), anchor))
                .toList());
    killDuring(operation, () -> streams(changes));
    Optional<OperationResult> result = repository.adapter.result(operation.id());
    if (result.isPresent()) {
      done++;
    } else {
      undone++;
      assertThat(rows(branch, false)).as("seed %s", seed).isEqualTo(before);
      assertThat(rows(branch, true)).as("seed %s", seed).isEqualTo(before);
    }
    finish(operation, streams(changes), result);
    assertThat(rows(branch, false)).as("seed %s", seed).isEqualTo(after);
    assertThat(rows(branch, true)).as("seed %s", seed).isEqualTo(after);
  }

  private static Map<String, PlannedRows> streams(Map<String, List<RowChange>> changes) {
    Map<String, PlannedRows> streams = new HashMap<>();
    changes.forEach((table, rows) -> streams.put(table, PlannedRows.fixed(RowStream.of(rows))));
    return streams;
  }

  /** Does what is left to do; what was done stays as it was answered. */
  private void finish(
      Operation operation, Map<String, PlannedRows> streams, Optional<OperationResult> known) {
    OperationResult result = repository.adapter.apply(operation, streams);
    known.ifPresent(before -> assertThat(result).as("seed %s", seed).isEqualTo(before));
    for (String table : TABLES) {
      RowsLocation head = result.locations().get(repository.table(table).id());
      repository.setHead(operation.branch(), table, head);
    }
  }

  private interface Streams {
    Map<String, PlannedRows> open();
  }

  private void killDuring(Operation operation, Streams streams) throws Exception {
    long pause = random.nextLong(12_000_000);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection connection = repository.database.connect();
        Statement statement = connection.createStatement()) {
      Future<?> applied = threads.submit(() -> repository.adapter.apply(operation, streams.open()));
      LockSupport.parkNanos(pause);
      kill(statement);
      try {
        applied.get(30, TimeUnit.SECONDS);
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(e.getCause()).as("seed %s", seed).isInstanceOf(StorageException.class);
      }
    }
  }

  private static void kill(Statement statement) throws SQLException {
    statement.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'epoch'\
        """);
  }

  private Map<String, Map<RowKey, Row>> rows(BranchHandle branch, boolean working) {
    Map<String, Map<RowKey, Row>> rows = new HashMap<>();
    for (String table : TABLES) {
      rows.put(
          table,
          repository.rows(
              table,
              working ? repository.working(branch, table) : repository.committed(branch, table)));
    }
    return rows;
  }
}
