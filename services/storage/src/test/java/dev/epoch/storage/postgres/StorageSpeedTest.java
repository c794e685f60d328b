package dev.epoch.storage.postgres;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Prints how fast states are read, compared and committed. */
@Tag("long")
class StorageSpeedTest {
  private static final int ROWS = Integer.getInteger("epoch.storage.rows", 1_000_000);
  private static final int BRANCHES = 16;

  @Test
  void readsAndDifferences() {
    try (TestRepository repository =
        new TestRepository(
            "CREATE TABLE big (id integer PRIMARY KEY, name text, amount numeric, day date, done boolean)",
            "INSERT INTO big SELECT i, 'name ' || i, i * 0.01, date '2020-01-01' + i % 1000, i % 2 = 0"
                + " FROM generate_series(1, "
                + ROWS
                + ") i",
            "ANALYZE big")) {
      repository.install("big");
      BranchHandle main = repository.main;
      TableState first = repository.committed(main, "big");
      time(
          "rows of the live table", ROWS, () -> drain(repository, repository.working(main, "big")));
      time("rows of a state without changes", ROWS, () -> drain(repository, first));

      BranchHandle feature = repository.branch("feature", main);
      repository.write(feature, "UPDATE big SET name = 'new' WHERE id = 77");
      TableState working = repository.working(feature, "big");
      for (int i = 0; i < 3; i++) {
        time("1 change on a branch", 1, () -> changes(repository, first, working));
      }
      time("rows of the branch", ROWS, () -> drain(repository, working));
      latency("one row of the branch", 300, () -> one(repository, working));
      latency(
          "one row of the live table", 300, () -> one(repository, repository.working(main, "big")));
      latency("1 change on a branch", 100, () -> changes(repository, first, working));
      latency("page of 100 rows of the branch", 100, () -> page(repository, working));

      repository.write(main, "UPDATE big SET name = 'newer', done = NOT done WHERE id % 10 = 0");
      TableState live = repository.working(main, "big");
      time("uncommitted changes", ROWS / 10, () -> changes(repository, first, live));
      time("commit of them", ROWS / 10, () -> repository.commit(main, "big"));
      TableState second = repository.committed(main, "big");
      time("changes between commits", ROWS / 10, () -> changes(repository, first, second));
      time("changes between commits, again", ROWS / 10, () -> changes(repository, first, second));
      time("rows of the first commit", ROWS, () -> drain(repository, first));
      latency("one row of the first commit", 300, () -> one(repository, first));
      latency("page of 100 rows, first commit", 100, () -> page(repository, first));
      latency("1 change on a branch", 100, () -> changes(repository, first, working));
      repository.commit(feature, "big");
      List<RowChange> theirs = new ArrayList<>();
      try (RowStream<RowChange> stream =
          repository.adapter.changes(repository.table("big"), first, second, ChangeQuery.all())) {
        stream.forEachRemaining(theirs::add);
      }
      time(
          "merge into the branch",
          theirs.size(),
          () -> repository.merge(feature, "big", repository.head(main, "big").anchor(), theirs));
      List<RowChange> back = theirs.stream().map(RowChange::inverse).toList();
      time("merge into the live table", back.size(), () -> repository.merge(main, "big", 0, back));
      repository.database.executeAsSuperuser("VACUUM ANALYZE");
      time("merge after vacuum", back.size(), () -> repository.merge(main, "big", 0, theirs));
      repository.database.executeAsSuperuser("VACUUM");
      time("merge after vacuum", back.size(), () -> repository.merge(main, "big", 0, back));
    }
  }

  @Test
  void commitsOfOneRow() throws Exception {
    try (TestRepository repository =
            new TestRepository(
                "CREATE TABLE item (id integer PRIMARY KEY, name text, price numeric)",
                "INSERT INTO item SELECT i, 'n' || i, i FROM generate_series(1, 100000) i");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      repository.install("item");
      List<BranchHandle> branches = new ArrayList<>();
      for (int i = 0; i < BRANCHES; i++) {
        BranchHandle branch = repository.branch("n" + i, repository.main);
        repository.write(branch, "UPDATE item SET name = 'x' WHERE id = 1");
        repository.commit(branch, "item");
        branches.add(branch);
      }
      int rounds = 60;
      long[] nanos = new long[rounds];
      List<Long> latencies = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        List<Callable<Long>> commits = new ArrayList<>();
        for (BranchHandle branch : branches) {
          repository.write(branch, "UPDATE item SET price = price + 1 WHERE id = " + (round + 2));
          Operation operation =
              new Operation(
                  repository.nextOperation(),
                  branch,
                  List.of(new Operation.CommitWorkingSet(repository.at(branch, "item"))));
          commits.add(() -> {
            long start = System.nanoTime();
            repository.apply(operation, Map.of());
            return System.nanoTime() - start;
          });
        }
        long start = System.nanoTime();
        for (Future<Long> future : threads.invokeAll(commits)) {
          latencies.add(future.get());
        }
        nanos[round] = System.nanoTime() - start;
      }
      long best = Arrays.stream(nanos, rounds / 2, rounds).sum();
      latencies.sort(null);
      System.out.printf(
          "commits of one row on %d branches: %.0f per second, median %.2f ms%n",
          BRANCHES,
          1e9 * BRANCHES * (rounds - rounds / 2) / best,
          latencies.get(latencies.size() / 2) / 1e6);
    }
  }

  private static long drain(TestRepository repository, TableState state) {
    long count = 0;
    try (RowStream<Row> rows =
        repository.adapter.rows(repository.table("big"), state, RowQuery.all())) {
      while (rows.hasNext()) {
        rows.next();
        count++;
      }
    }
    return count;
  }

  private static long changes(TestRepository repository, TableState from, TableState to) {
    long count = 0;
    try (RowStream<RowChange> changes =
        repository.adapter.changes(repository.table("big"), from, to, ChangeQuery.all())) {
      while (changes.hasNext()) {
        changes.next();
        count++;
      }
    }
    return count;
  }

  private static Object page(TestRepository repository, TableState state) {
    return TestRepository.list(
        repository.adapter.rows(
            repository.table("big"), state, RowQuery.page(RowKey.of("500000"), 100)));
  }

  private static Object one(TestRepository repository, TableState state) {
    return repository.adapter.row(repository.table("big"), state, RowKey.of("77")).orElseThrow();
  }

  private interface Work {
    Object run();
  }

  private static void time(String what, long rows, Work work) {
    long start = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf("%-36s %9.1f ms %,12.0f rows/s%n", what, seconds * 1e3, rows / seconds);
  }

  private static void latency(String what, int times, Work work) {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      work.run();
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    System.out.printf("%-36s %9.3f ms median%n", what, nanos[times / 2] / 1e6);
  }
}
