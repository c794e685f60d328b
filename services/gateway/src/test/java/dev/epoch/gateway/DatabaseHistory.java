package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.RandomDatabase.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A history on a real server and a real database, step by step, against the model. A step is a
 * number: it means the same whatever came before, or nothing where it does not apply.
 */
final class DatabaseHistory implements AutoCloseable {
  private static final List<String> BRANCHES = List.of("main", "one", "two", "three");
  private static final int PAIRS = 25;
  private final TestServer test = new TestServer();
  private final RandomDatabase shape;
  private final DatabaseModel model;
  private final DatabaseReads reads;
  private final DatabaseMerges merges;

  /** What was done, to be read by people. */
  final List<String> script = new ArrayList<>();

  final Map<String, Integer> counts = new TreeMap<>();

  DatabaseHistory(RandomDatabase shape) {
    this.shape = shape;
    model = new DatabaseModel(shape);
    reads = new DatabaseReads(test, shape);
    merges = new DatabaseMerges(test, shape, model, reads, script, counts);
    test.database.execute(shape.statements().toArray(String[]::new));
    shape.tables().forEach(table -> test.register(table.name()));
    model.committed(test.commit("main", "first").commit().id(), shape.empty(), List.of());
    model.moved("main", model.commits.keySet().iterator().next());
  }

  void step(long number) throws SQLException {
    Random random = new Random(number);
    String branch = BRANCHES.get(random.nextInt(BRANCHES.size()));
    String other = BRANCHES.get(random.nextInt(BRANCHES.size()));
    int kind = random.nextInt(100);
    if (kind < 12
        && !branch.equals("main")
        && model.heads.containsKey(other)
        && !branch.equals(other)) {
      branch(branch, other);
    } else if (!model.heads.containsKey(branch)) {
      return;
    } else if (kind < 55) {
      write(branch, random);
    } else if (kind < 68) {
      commit(branch);
    } else if (kind < 97) {
      if (model.heads.containsKey(other)) {
        commit(branch);
        if (random.nextInt(4) > 0) {
          commit(other);
        }
        merges.merge(branch, model.heads.get(other), random);
      }
    } else {
      script.add("restart");
      test.restart(Failpoints.NONE);
    }
  }

  private void branch(String name, String from) {
    if (model.heads.containsKey(name)) {
      script.add("delete " + name);
      test.server().branches().delete(test.repository(), name, true, TestServer.caller());
    }
    script.add("branch " + name + " " + from);
    test.branch(name, from);
    model.moved(name, model.heads.get(from));
  }

  private void commit(String branch) {
    if (model.clean(branch)) {
      RepositoryState state = test.repository().state();
      assertThat(test.server().workingSets().pending(state, References.branch(state, branch)))
          .as("uncommitted changes of %s", branch)
          .isEmpty();
      return;
    }
    script.add("commit " + branch);
    String former = model.heads.get(branch);
    State rows = model.working.get(branch);
    var commit = test.commit(branch, "commit").commit();
    commit
        .tree()
        .forEach((name, entry) ->
            assertThat(entry.rowCount()).as("rows of %s", name).isEqualTo(rows.rows(name).size()));
    model.committed(commit.id(), rows, List.of(former));
    model.moved(branch, commit.id());
    count("committed");
  }

  /** A transaction of a client; what the model does not allow PostgreSQL must refuse. */
  private void write(String branch, Random random) throws SQLException {
    script.add("on " + branch);
    State rows = model.working.get(branch);
    try (Connection connection = reads.session(branch);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int i = random.nextInt(4); i >= 0; i--) {
        rows = write(branch, connection, statement, rows, new Random(random.nextLong()));
      }
      if (random.nextInt(8) == 0) {
        script.add("ROLLBACK");
        connection.rollback();
      } else {
        connection.commit();
        model.working.put(branch, rows);
      }
    }
  }

  private State write(
      String branch, Connection connection, Statement statement, State rows, Random random)
      throws SQLException {
    int number = random.nextInt(2);
    String name = number == 0 ? "parent" : "child";
    List<String> key = null;
    List<String> other = null;
    int keyNumber = random.nextInt(5);
    int otherNumber = random.nextInt(5);
    RandomTable table = null;
    for (RandomTable each : shape.tables()) {
      if (each.name().equals(name)) {
        table = each;
        key = each.keys().get(keyNumber);
        other = each.keys().get(otherNumber);
      }
    }
    if (key == null) {
      return rows;
    }
    long seed = random.nextLong();
    int kind = random.nextInt(10);
    List<String> before = rows.rows(name).get(key);
    State after;
    String sql;
    if (before == null) {
      List<String> row = new ArrayList<>(key);
      List<RandomTable.Column> given = new ArrayList<>(table.columns().subList(0, table.key()));
      for (RandomTable.Column column :
          table.columns().subList(table.key(), table.columns().size())) {
        boolean omitted =
            (column.preset() != null || column.nullable())
                && column.random(seed + 1).nextInt(3) == 0;
        row.add(omitted ? column.preset() : column.value(seed));
        if (!omitted) {
          given.add(column);
        }
      }
      after = rows.with(name, key, row);
      sql = table.insert(row, given);
    } else if (kind < 3) {
      after = rows.with(name, key, null);
      sql = table.delete(before);
    } else {
      List<String> row = new ArrayList<>(before);
      for (int i = table.key(); i < row.size(); i++) {
        RandomTable.Column column = table.columns().get(i);
        if (new Random(seed ^ ~column.group().hashCode()).nextInt(3) == 0) {
          row.set(i, column.value(seed));
        }
      }
      State without = rows;
      if (kind == 9 && other != null && !rows.rows(name).containsKey(other)) {
        without = rows.with(name, key, null);
        for (int i = 0; i < table.key(); i++) {
          row.set(i, other.get(i));
        }
      }
      if (row.equals(before)) {
        return rows;
      }
      after = without.with(name, table.keyOf(row), row);
      sql = table.update(before, row);
    }
    boolean main = branch.equals("main");
    boolean allowed = shape.allows(after);
    if (!allowed && !main && shape.branchAllows(after)) {
      // references are not looked at on a branch; states that break them are not tried here
      return rows;
    }
    script.add(sql);
    Savepoint savepoint = connection.setSavepoint();
    try {
      int changed = statement.executeUpdate(sql);
      assertThat(allowed).as("PostgreSQL takes it: %s", sql).isTrue();
      assertThat(changed).as(sql).isEqualTo(1);
      return after;
    } catch (SQLException refused) {
      assertThat(allowed).as("%s: %s", sql, refused.getMessage()).isFalse();
      assertThat(refused.getSQLState()).as(refused.getMessage()).startsWith("23");
      script.set(script.size() - 1, sql + " -- refused");
      connection.rollback(savepoint);
      count("refused by PostgreSQL");
      return rows;
    }
  }

  /** Every branch shows its own work, whatever happened on the others. */
  void checkBranches() {
    model.working.forEach((branch, rows) -> {
      assertThat(reads.working(branch)).as("branch %s", branch).isEqualTo(rows);
      assertThat(reads.client(branch)).as("branch %s for a client", branch).isEqualTo(rows);
    });
  }

  /**
   * Every commit reads as it did; what differs leads from one to the other and back; hashes tell
   * equality.
   */
  void checkCommits(Random random) {
    model.commits.forEach(
        (id, rows) -> assertThat(reads.commit(id)).as("commit %s", id).isEqualTo(rows));
    List<String> commits = List.copyOf(model.commits.keySet());
    for (String one : commits) {
      for (String other : commits) {
        for (RandomTable table : shape.tables()) {
          assertThat(
                  reads.hashes(one).get(table.name()).equals(reads.hashes(other).get(table.name())))
              .as("same hash of %s in %s and %s", table.name(), one, other)
              .isEqualTo(
                  model
                      .commits
                      .get(one)
                      .rows(table.name())
                      .equals(model.commits.get(other).rows(table.name())));
        }
      }
    }
    for (int i = 0; i < PAIRS; i++) {
      String one = commits.get(random.nextInt(commits.size()));
      String other = commits.get(random.nextInt(commits.size()));
      reads.checkDiff(one, other, model.commits.get(one), model.commits.get(other));
    }
  }

  /** Content hashes of what the databases hold are those of the log, before and after a rebuild. */
  void checkRebuild() {
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    test.database.execute(
        test.database.value(
            "SELECT coalesce(string_agg(format('DELETE FROM epoch.%I', tablename), ';'), 'SELECT 1')"
                + " FROM pg_tables WHERE schemaname = 'epoch'"
                + " AND (tablename LIKE '%\\_\\_h\\_%' OR tablename LIKE '%\\_\\_vh\\_%')"));
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  @Override
  public void close() {
    test.close();
  }
}
