package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.HistoryModel.Cells;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.gateway.stream.References;
import dev.epoch.model.commit.MergeBase;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.RowQuery;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Runs steps on a real server and on the model, and compares them. A step is a number: it means the
 * same whatever came before.
 */
final class RandomHistory implements AutoCloseable {
  private static final int KEYS = 12;
  private final TestServer test = new TestServer();
  private final HistoryModel model = new HistoryModel();
  private int branches;
  int merges;
  int conflicts;
  int crossed;

  RandomHistory() {
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a text, b text, c int)",
        "INSERT INTO t SELECT i, 'a' || i, 'b' || i, i FROM generate_series(1, 6) AS i");
    test.register("t");
    SortedMap<Integer, Cells> rows = new TreeMap<>();
    for (int i = 1; i <= 6; i++) {
      rows.put(i, new Cells("a" + i, "b" + i, i));
    }
    model.working.put("main", rows);
    model.committed("main", test.commit("main", "first").commit().id());
  }

  void step(long number) throws SQLException {
    Random random = new Random(number);
    int kind = random.nextInt(100);
    if (kind < 45) {
      write(random);
    } else if (kind < 70) {
      commit(random);
    } else if (kind < 80) {
      branch(random);
    } else if (kind < 97) {
      merge(random);
    } else {
      test.restart(Failpoints.NONE);
    }
  }

  private String any(Random random) {
    List<String> names = List.copyOf(model.heads.keySet());
    return names.get(random.nextInt(names.size()));
  }

  private void write(Random random) throws SQLException {
    String branch = any(random);
    SortedMap<Integer, Cells> rows = model.working.get(branch);
    try (Connection connection = test.database.connect();
        Statement statement = connection.createStatement()) {
      if (!branch.equals("main")) {
        statement.execute("SELECT epoch.use_branch('" + branch + "')");
      }
      connection.setAutoCommit(false);
      SortedMap<Integer, Cells> after = new TreeMap<>(rows);
      for (int i = random.nextInt(4); i >= 0; i--) {
        int key = 1 + random.nextInt(KEYS);
        Cells old = after.get(key);
        String value = random.nextInt(5) == 0 ? null : "v" + random.nextInt(4);
        if (old == null) {
          statement.executeUpdate(
              "INSERT INTO t VALUES (" + key + ", " + literal(value) + ", 'n', " + key + ")");
          after.put(key, new Cells(value, "n", key));
        } else if (random.nextInt(4) == 0) {
          statement.executeUpdate("DELETE FROM t WHERE id = " + key);
          after.remove(key);
        } else if (random.nextInt(6) == 0 && !after.containsKey(key + KEYS)) {
          statement.executeUpdate("UPDATE t SET id = id + " + KEYS + " WHERE id = " + key);
          after.put(key + KEYS, after.remove(key));
        } else if (random.nextBoolean()) {
          statement.executeUpdate("UPDATE t SET a = " + literal(value) + " WHERE id = " + key);
          after.put(key, new Cells(value, old.b(), old.c()));
        } else {
          int c = random.nextInt(3);
          statement.executeUpdate("UPDATE t SET b = 'w', c = " + c + " WHERE id = " + key);
          after.put(key, new Cells(old.a(), "w", c));
        }
      }
      if (random.nextInt(6) == 0) {
        connection.rollback();
      } else {
        connection.commit();
        model.working.put(branch, after);
      }
    }
  }

  private static String literal(String value) {
    return value == null ? "NULL" : "'" + value + "'";
  }

  private void commit(Random random) {
    commitChanges(any(random));
  }

  private void commitChanges(String branch) {
    if (model.clean(branch)) {
      assertThat(pending(branch)).as("uncommitted changes of %s", branch).isEmpty();
      return;
    }
    CommitService.Committed committed = test.commit(branch, "commit");
    model.committed(branch, committed.commit().id());
    assertThat(committed.commit().tree().get("t").rowCount())
        .isEqualTo(model.working.get(branch).size());
  }

  private void branch(Random random) {
    if (model.heads.size() > 5) {
      return;
    }
    String from = any(random);
    String name = "feature/" + ++branches;
    test.branch(name, from);
    model.branched(name, model.heads.get(from));
  }

  private void merge(Random random) {
    String source = any(random);
    String target = any(random);
    if (source.equals(target)) {
      return;
    }
    commitChanges(target);
    if (random.nextInt(3) > 0) {
      commitChanges(source);
    }
    RepositoryState state = test.repository().state();
    String ours = model.heads.get(target);
    String theirs = model.heads.get(source);
    MergeBase base = Lineage.mergeBase(state, ours, theirs);
    boolean theirsWins = random.nextBoolean();
    MergeService.Merged merged = test.merge(source, target);
    if (merged.upToDate()) {
      return;
    }
    merges++;
    if (!merged.conflicts().isEmpty()) {
      conflicts++;
      check(target, model.commits.get(ours), true);
      merged = decide(target, theirsWins);
    }
    SortedMap<Integer, Cells> expected;
    if (base instanceof MergeBase.Commit(var id)) {
      HistoryModel.Merge three =
          HistoryModel.merge(
              rowsAt(id.hex()), model.commits.get(ours), model.commits.get(theirs), theirsWins);
      expected = three.rows();
    } else {
      crossed++;
      expected = read(Snapshot.of(test.repository().state(), merged.result(), "merged"));
    }
    model.commits.put(merged.result().id(), expected);
    model.moved(target, merged.result().id());
    check(target, expected, true);
  }

  private SortedMap<Integer, Cells> rowsAt(String commit) {
    return model.commits.getOrDefault(commit, new TreeMap<>());
  }

  private MergeService.Merged decide(String target, boolean theirsWins) {
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                target,
                null,
                List.of(),
                null,
                null,
                theirsWins ? "theirs" : "ours",
                Map.of(),
                List.of(),
                false,
                0,
                0),
            TestServer.caller());
    return test.server()
        .merges()
        .continueMerge(test.repository(), target, null, TestServer.ALICE, TestServer.caller());
  }

  /** Every branch shows its own work, whatever happened on the others. */
  void checkBranches() {
    model.working.forEach((branch, rows) -> check(branch, rows, true));
  }

  /** Every commit reads as it did; differences lead from one to the other; hashes tell equality. */
  void checkCommits(Random random) {
    RepositoryState state = test.repository().state();
    List<CommitState> commits = new ArrayList<>();
    model.commits.forEach((id, rows) -> {
      CommitState commit = state.commits().byId().get(id);
      commits.add(commit);
      assertThat(read(Snapshot.of(state, commit, id))).as("commit %s", id).isEqualTo(rows);
    });
    for (int i = 0; i < 20; i++) {
      CommitState one = commits.get(random.nextInt(commits.size()));
      CommitState two = commits.get(random.nextInt(commits.size()));
      SortedMap<Integer, Cells> rows = new TreeMap<>(model.commits.get(one.id()));
      Map<Integer, Cells> inverse = new HashMap<>();
      try (RowStream<RowChange> changes =
          test.server()
              .diffs()
              .changes(
                  Snapshot.of(state, one, "one"),
                  Snapshot.of(state, two, "two"),
                  "t",
                  ChangeQuery.all())) {
        while (changes.hasNext()) {
          RowChange change = changes.next();
          Integer key = Integer.valueOf(change.key().get(0));
          assertThat(cells(change.before())).isEqualTo(rows.get(key));
          inverse.put(key, cells(change.before()));
          if (change.after() == null) {
            rows.remove(key);
          } else {
            rows.put(key, cells(change.after()));
          }
        }
      }
      assertThat(rows).isEqualTo(model.commits.get(two.id()));
      assertThat(one.tree().get("t").contentHash().equals(two.tree().get("t").contentHash()))
          .isEqualTo(model.commits.get(one.id()).equals(model.commits.get(two.id())));
    }
  }

  /**
   * What the databases hold equals what the log says, before and after all of it is written anew.
   */
  void checkRebuild() {
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    test.database.execute(
        test.database.value(
            "SELECT coalesce(string_agg(format('DELETE FROM epoch.%I', tablename), ';'), 'SELECT 1')"
                + " FROM pg_tables WHERE schemaname = 'epoch' AND (tablename LIKE '%\\_\\_h\\_%' OR tablename LIKE '%\\_\\_vh\\_%')"));
    if (model.commits.size() > 4) {
      assertThat(test.server().rebuilds().verify(test.repository()).differences()).isNotEmpty();
    }
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
  }

  private void check(String branch, SortedMap<Integer, Cells> rows, boolean viaServer) {
    RepositoryState state = test.repository().state();
    if (viaServer) {
      assertThat(read(test.server().reads().working(state, References.branch(state, branch))))
          .as("branch %s", branch)
          .isEqualTo(rows);
    }
    String reading = "SELECT id, a, b, c FROM t ORDER BY id";
    try (Connection connection = test.database.connect();
        Statement statement = connection.createStatement()) {
      if (!branch.equals("main")) {
        statement.execute("SELECT epoch.use_branch('" + branch + "')");
      }
      SortedMap<Integer, Cells> seen = new TreeMap<>();
      var results = statement.executeQuery(reading);
      while (results.next()) {
        seen.put(
            results.getInt(1),
            new Cells(
                results.getString(2), results.getString(3), results.getObject(4, Integer.class)));
      }
      assertThat(seen).as("branch %s for a client", branch).isEqualTo(rows);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, ?> pending(String branch) {
    RepositoryState state = test.repository().state();
    return test.server().workingSets().pending(state, References.branch(state, branch));
  }

  private SortedMap<Integer, Cells> read(Snapshot snapshot) {
    SortedMap<Integer, Cells> rows = new TreeMap<>();
    try (RowStream<Row> stream = test.server().reads().rows(snapshot, "t", RowQuery.all())) {
      while (stream.hasNext()) {
        Row row = stream.next();
        assertThat(rows.put(Integer.valueOf(row.get(0)), cells(row)))
            .as("key %s twice", row.get(0))
            .isNull();
      }
    }
    return rows;
  }

  private static Cells cells(Row row) {
    return row == null ? null : Cells.of(new String[] {row.get(1), row.get(2), row.get(3)});
  }

  @Override
  public void close() {
    test.close();
  }
}
