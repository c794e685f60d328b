package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.branch.BranchCopy;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A copy that is filled while the branch is written misses nothing. */
@Timeout(120)
class CopyFillTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ROWS = 2_000;

  private TestRepository repository;
  private BranchHandle feature;
  private Connection session;

  @BeforeEach
  void start() throws SQLException {
    repository =
        new TestRepository(
            "CREATE TABLE items (id integer PRIMARY KEY, name text NOT NULL, n integer)",
            "INSERT INTO items SELECT i, 'name ' || i, 0 FROM generate_series(1, %d) AS i"
                .formatted(ROWS));
    repository.install("items");
    feature = repository.branch("feature", repository.main);
    session = branchSession();
    run("UPDATE items SET n = 1 WHERE id <= 10");
  }

  @AfterEach
  void stop() throws SQLException {
    session.close();
    repository.close();
  }

  private Connection branchSession() throws SQLException {
    Connection connection = repository.database.connect();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT epoch.use_branch('feature')");
    }
    return connection;
  }

  private void run(String sql) throws SQLException {
    ItemsOnABranch.run(session, sql);
  }

  private String one(String sql) {
    return ItemsOnABranch.one(session, sql);
  }

  private String begin() {
    return one("SELECT epoch.begin_copy('bfeature', 't1', false)");
  }

  private String load(String token) {
    return one("SELECT epoch.load_copy('bfeature', 't1', '%s')".formatted(token));
  }

  private String finish(String token, String anchor) {
    return one("SELECT epoch.finish_copy('bfeature', 't1', '%s', %s)".formatted(token, anchor));
  }

  private void assertNoFaults() {
    assertThat(one("SELECT epoch.copy_faults('bfeature', 't1')")).isEqualTo("0");
  }

  @Test
  void whatIsWrittenBetweenTheStepsIsInTheCopy() throws SQLException {
    // given
    run("INSERT INTO items VALUES (9000, 'of the branch alone', 1)");
    String token = begin();
    run("UPDATE items SET n = 2 WHERE id = 1");
    String anchor;
    try (Connection loader = repository.database.connect()) {
      loader.setAutoCommit(false);
      loader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      // the loader's snapshot is older than these writes
      TestDatabase.rows(loader, "SELECT 1");
      run("UPDATE items SET n = 3 WHERE id = 2");
      run("DELETE FROM items WHERE id = 3");
      run("INSERT INTO items VALUES (9001, 'new', 3)");
      run("UPDATE items SET id = 9002 WHERE id = 4");
      anchor =
          TestDatabase.rows(
                  loader, "SELECT epoch.load_copy('bfeature', 't1', '%s')".formatted(token))
              .getFirst()
              .getFirst();
      loader.commit();
    }
    assertThat(one("SELECT epoch.copy_faults('bfeature', 't1')")).isNotEqualTo("0");

    // when
    run("DELETE FROM items WHERE id IN (5, 9000)");
    assertThat(finish(token, anchor)).isEqualTo("t");

    // then
    assertNoFaults();
    run("UPDATE items SET n = 4 WHERE id IN (6, 7, 1500)");
    run("DELETE FROM items WHERE id = 1501");
    assertNoFaults();
  }

  @Test
  void anAnchorThatMovedMeanwhileIsFollowed() {
    // given
    String token = begin();
    String anchor = load(token);
    repository.database.execute(
        "UPDATE items SET name = 'live' WHERE id = 1000", "DELETE FROM items WHERE id = 1001");
    repository.commit(repository.main, "items");

    // when
    repository.commit(feature, "items");
    repository.merge(
        feature,
        "items",
        repository.head(repository.main, "items").anchor(),
        List.of(
            new RowChange(
                RowKey.of("1000"), Row.of("1000", "name 1000", "0"), Row.of("1000", "live", "0")),
            new RowChange(RowKey.of("1001"), Row.of("1001", "name 1001", "0"), null)));
    assertThat(finish(token, anchor)).isEqualTo("t");

    // then
    assertNoFaults();
    assertThat(one("SELECT name FROM items WHERE id = 1000")).isEqualTo("live");
  }

  @Test
  void aRunThatEndedEarlyIsStartedOver() throws SQLException {
    // given
    String ended = begin();
    String anchor = load(ended);
    run("UPDATE items SET n = 5 WHERE id = 50");
    assertThat(repository.adapter.materialization().orElseThrow().copies(feature)).isEmpty();

    // when
    List<BranchCopy> copies =
        repository.adapter.copy(feature, List.of(repository.table("items")), PATIENCE);

    // then
    assertThat(copies).singleElement().returns(true, BranchCopy::inUse);
    assertThat(finish(ended, anchor)).isEqualTo("f");
    assertNoFaults();
  }

  @Test
  void whatWasBegunCanBeDropped() throws SQLException {
    // given
    String token = begin();
    load(token);

    // when
    repository.adapter.materialization().orElseThrow().dematerialize(feature, List.of());

    // then
    run("UPDATE items SET n = 6 WHERE id = 60");
    assertThat(one("SELECT count(*) FROM pg_class WHERE relname ~ 'items__mk?_' AND relkind = 'r'"))
        .isEqualTo("0");
  }

  /** Its snapshot has none of the copy's rows: what it changes, it could not change there. */
  @Test
  void aWriterWithAnOlderSnapshotHasToTryAgain() throws SQLException {
    // given
    try (Connection older = branchSession();
        Statement statement = older.createStatement()) {
      older.setAutoCommit(false);
      older.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      TestDatabase.rows(older, "SELECT count(*) FROM items");

      // when
      repository.adapter.copy(feature, List.of(repository.table("items")), Duration.ofMillis(1));

      // then
      assertThatThrownBy(() -> statement.execute("UPDATE items SET n = 7 WHERE id = 1"))
          .isInstanceOfSatisfying(
              SQLException.class, refused -> assertThat(refused.getSQLState()).isEqualTo("40001"));
      older.rollback();
      statement.execute("UPDATE items SET n = 7 WHERE id = 1");
      older.commit();
    }
    assertNoFaults();
    assertThat(one("SELECT n FROM items WHERE id = 1")).isEqualTo("7");

    // when it knows another copy
    try (Connection older = branchSession();
        Statement statement = older.createStatement()) {
      older.setAutoCommit(false);
      older.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      TestDatabase.rows(older, "SELECT 1");
      repository.adapter.materialization().orElseThrow().dematerialize(feature, List.of());
      repository.adapter.copy(feature, List.of(repository.table("items")), Duration.ofMillis(1));

      // then
      assertThatThrownBy(() -> statement.execute("UPDATE items SET n = 8 WHERE id = 1"))
          .isInstanceOfSatisfying(
              SQLException.class, refused -> assertThat(refused.getSQLState()).isEqualTo("40001"));
      older.rollback();
    }
    assertNoFaults();
  }

  @Test
  void nothingIsMissedWhileManyWrite() throws Exception {
    // given
    long seed = Long.getLong("epoch.test.seed", System.nanoTime());
    AtomicBoolean ended = new AtomicBoolean();
    AtomicLong written = new AtomicLong();
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        long own = seed + i;
        running.add(
            writers.submit(() -> {
              write(new Random(own), ended, written);
              return null;
            }));
      }

      // when
      for (int round = 0; round < 8; round++) {
        List<BranchCopy> copies =
            repository.adapter.copy(feature, List.of(repository.table("items")), PATIENCE);

        // then
        assertThat(copies).as("seed %d", seed).singleElement().returns(true, BranchCopy::inUse);
        assertThat(one("SELECT epoch.copy_faults('bfeature', 't1')"))
            .as("faults in round %d of seed %d", round, seed)
            .isEqualTo("0");
        if (round < 7) {
          repository.adapter.materialization().orElseThrow().dematerialize(feature, List.of());
        }
      }
      ended.set(true);
      for (Future<?> writer : running) {
        writer.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("seed " + seed, e);
    } finally {
      ended.set(true);
    }
    assertNoFaults();
    assertThat(written.get()).isPositive();
  }

  /** Rows of its own remainder, so that writers do not wait for each other for long. */
  private void write(Random random, AtomicBoolean ended, AtomicLong written) throws SQLException {
    try (Connection connection = branchSession();
        Statement statement = connection.createStatement()) {
      while (!ended.get()) {
        int id = 1 + random.nextInt(ROWS + 500);
        statement.execute(
            switch (random.nextInt(4)) {
              case 0 -> "DELETE FROM items WHERE id = " + id;
              case 1 ->
                  "UPDATE items SET n = n + 1 WHERE id BETWEEN %d AND %d"
                      .formatted(id, id + random.nextInt(30));
              case 2 -> "UPDATE items SET name = 'again' WHERE id = " + id;
              default ->
                  "INSERT INTO items SELECT %1$d, 'new', 0 WHERE NOT EXISTS (SELECT FROM items WHERE id = %1$d)"
                      .formatted(id);
            });
        written.incrementAndGet();
      }
    } catch (SQLException e) {
      // two writers of one row: the other one was first
      if (!List.of("40P01", "23505", "40001").contains(e.getSQLState())) {
        throw e;
      }
      if (!ended.get()) {
        write(random, ended, written);
      }
    }
  }
}
