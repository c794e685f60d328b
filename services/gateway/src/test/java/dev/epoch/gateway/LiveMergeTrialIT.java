package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.CommitState;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.RowQuery;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An application writes without a pause, and branches are merged into what it writes: everything of
 * both is there at the end, no transaction fails, and every commit reads the same as ever.
 *
 * <pre>
 *   application   balance of any row, rows of its own come and go        200 rows a second
 *   branch n      note of the rows of stretch n                          every fifth in conflict
 * </pre>
 */
class LiveMergeTrialIT {
  private static final int ROWS_PER_SECOND = 200;
  private static final int CONFLICTS_EVERY = 5;

  /** Most commits whose rows are read and summed up anew at the end. */
  private static final int MOST_CHECKED = 40;

  @Test
  void shortTrial() throws Exception {
    run(10, 100);
  }

  @Test
  @Tag("long")
  void longTrial() throws Exception {
    run(100, 1_000);
  }

  private static void run(int branches, int changes) throws Exception {
    long seed = Long.getLong("epoch.test.seed", System.nanoTime());
    System.out.println("live merges: -Depoch.test.seed=" + seed);
    Random random = new Random(seed);
    int rows = changes * 10;
    try (TestServer test = new TestServer()) {
      test.database.execute(
          "CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL, note text NOT NULL)",
          "CREATE TABLE entry (id int PRIMARY KEY, account int NOT NULL, amount int NOT NULL)",
          "INSERT INTO account SELECT n, 0, 'first' FROM generate_series(1, " + rows + ") n");
      test.register("account");
      test.register("entry");
      test.commit("main", "first");
      Map<Integer, String> notes = new TreeMap<>();
      int liveCommits = 0;
      try (LiveApplication application =
          LiveApplication.start(test.database, rows, ROWS_PER_SECOND, random.nextLong())) {
        for (int n = 0; n < branches; n++) {
          String name = "b" + n;
          int from = 1 + random.nextInt(rows - changes);
          test.branch(name, "main");
          test.onBranch(name, note(name, from, from + changes - 1));
          test.commit(name, name);
          MergeService.Merged merged;
          if (n % CONFLICTS_EVERY == 0) {
            test.database.execute(note("live" + n, from, from));
            merged = test.merge(name, "main");
            assertThat(merged.conflicts())
                .as("conflicts of %s", name)
                .isEqualTo(Map.of("account", 1L));
            decide(test);
            merged =
                test.server()
                    .merges()
                    .continueMerge(
                        test.repository(), "main", null, TestServer.ALICE, TestServer.caller());
          } else {
            merged = test.merge(name, "main");
          }
          assertThat(merged.conflicts()).as("conflicts of %s", name).isEmpty();
          assertThat(merged.result()).as("merge of %s", name).isNotNull();
          liveCommits += merged.liveCommit() == null ? 0 : 1;
          for (int id = from; id < from + changes; id++) {
            notes.put(id, name);
          }
          test.server().branches().delete(test.repository(), name, true, TestServer.caller());
        }
        application.stop();
        assertThat(application.written()).as("rows written meanwhile").isPositive();
        System.out.printf(
            "live merges: %d merges, %d with live changes, %d rows written, longest wait %d ms%n",
            branches, liveCommits, application.written(), application.longestMilliseconds());
        assertThat(test.database.value("SELECT sum(balance) FROM account"))
            .isEqualTo(Long.toString(application.balance()));
        assertThat(
                test.database.value(
                    "SELECT count(*) || ' ' || coalesce(sum(amount), 0) FROM entry"))
            .isEqualTo(application.entries());
      }
      assertThat(liveCommits).as("merges that found live changes").isPositive();
      assertNotes(test, notes);
      test.commit("main", "the rest of what was written");
      assertCommitsAreWhatTheirHashesSay(test);
    }
  }

  private static String note(String note, int from, int to) {
    return "UPDATE account SET note = '%s' WHERE id BETWEEN %d AND %d".formatted(note, from, to);
  }

  private static void decide(TestServer test) {
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                "main", null, List.of(), null, null, "theirs", Map.of(), List.of(), false, 0, 0),
            TestServer.caller());
  }

  private static void assertNotes(TestServer test, Map<Integer, String> notes) throws SQLException {
    Map<Integer, String> found = new TreeMap<>();
    test.database
        .rows("SELECT id, note FROM account WHERE note <> 'first'")
        .forEach(row -> found.put(Integer.valueOf(row.getFirst()), row.getLast()));
    assertThat(found).isEqualTo(notes);
  }

  /** The commits of main from the newest on: their rows, read now, have the hash of then. */
  private static void assertCommitsAreWhatTheirHashesSay(TestServer test) {
    List<CommitState> line = new ArrayList<>();
    CommitState next = test.repository().state().head(test.repository().state().defaultBranch());
    while (!next.root()) {
      line.add(next);
      next = test.repository().state().commits().byId().get(next.parents().getFirst());
    }
    int step = Math.max(1, line.size() / MOST_CHECKED);
    for (int i = 0; i < line.size(); i += step) {
      CommitState commit = line.get(i);
      Snapshot at = Snapshot.of(test.repository().state(), commit, "commit");
      for (TableEntry entry : commit.tree().values()) {
        ContentSum sum = new ContentSum();
        RowHasher hasher =
            new RowHasher(test.repository().state().tables().byId().get(entry.tableId()).schema());
        try (RowStream<Row> rows = test.server().reads().rows(at, entry.name(), RowQuery.all())) {
          while (rows.hasNext()) {
            sum.add(hasher, rows.next());
          }
        }
        assertThat(sum.hash())
            .as("%s at %s (%s)", entry.name(), commit.id(), commit.message())
            .isEqualTo(entry.contentHash());
      }
    }
  }
}
