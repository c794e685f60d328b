package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.gateway.RandomDatabase.State;
import dev.epoch.gateway.stream.Failpoints;
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
  private static final int TRIES = 3;
  private final TestServer test = new TestServer();
  private final RandomDatabase shape;
  private final DatabaseModel model;
  private final DatabaseReads reads;
  private final DatabaseMerges merges;
  private final SchemaReads schemas = new SchemaReads(test);

  /** What was done, to be read by people. */
  final List<String> script = new ArrayList<>();

  final Map<String, Integer> counts = new TreeMap<>();

  private final SchemaSessions sessions = new SchemaSessions(test, script, counts, false);

  DatabaseHistory(RandomDatabase shape) {
    this.shape = shape;
    model = new DatabaseModel(shape);
    reads = new DatabaseReads(test, shape);
    merges = new DatabaseMerges(test, shape, model, reads, script, counts);
    test.database.execute(shape.statements().toArray(String[]::new));
    shape.tables().forEach(table -> test.register(table.name()));
    State first = shape.empty().with(sessions.create());
    model.committed(test.commit("main", "first").commit().id(), first, List.of());
    model.moved("main", model.commits.keySet().iterator().next());
  }

  void step(long number) throws SQLException {
    Random random = new Random(number);
    int at = random.nextInt(BRANCHES.size());
    String branch = BRANCHES.get(at);
    // now and then the branch itself
    int away = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(BRANCHES.size() - 1);
    String other = BRANCHES.get((at + away) % BRANCHES.size());
    int kind = random.nextInt(100);
    if (!model.heads.containsKey(other)) {
      return;
    }
    if (!model.heads.containsKey(branch) || kind < 4 && at > 0 && away > 0) {
      branch(branch, other);
    } else if (kind < 35) {
      write(branch, random);
    } else if (kind < 45) {
      commit(branch);
    } else if (kind < 96) {
      merge(branch, other, random);
    } else {
      script.add("restart");
      test.restart(Failpoints.NONE);
    }
  }

  /** Often with new changes on both sides; else with what is there. */
  private void merge(String target, String source, Random random) throws SQLException {
    if (random.nextInt(4) > 0) {
      write(target, new Random(random.nextLong()));
    }
    if (random.nextInt(4) > 0) {
      write(source, new Random(random.nextLong()));
    }
    commit(target);
    if (random.nextInt(5) > 0) {
      commit(source);
    }
    merges.merge(target, model.heads.get(source), random);
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
    boolean found = schemas.isChanged(branch);
    if (!found || model.clean(branch)) {
      assertThat(found).as("uncommitted changes of %s", branch).isFalse();
      assertThat(model.looksClean(branch)).as("no uncommitted changes of %s", branch).isTrue();
      return;
    }
    script.add("commit " + branch);
    String former = model.heads.get(branch);
    State rows = model.working.get(branch);
    var commit = test.commit(branch, "commit").commit();
    commit
        .tree()
        .forEach((name, entry) ->
            assertThat(entry.rowCount())
                .as("rows of %s", name)
                .isEqualTo(
                    name.equals("t") ? rows.altered().rows().size() : rows.rows(name).size()));
    model.committed(commit.id(), rows, List.of(former));
    model.moved(branch, commit.id());
    count("committed");
  }

  /** Now and then statements of a client about the table whose schema changes. */
  private void alter(String branch, Random random) throws SQLException {
    if (random.nextInt(2) == 0) {
      SchemaModel altered = sessions.work(branch, model.altered(), random);
      model.working.put(branch, model.working.get(branch).with(altered));
    } else if (random.nextInt(4) == 0 && !branch.equals("main")) {
      sessions.close(branch);
    }
  }

  /** A transaction of a client, now and then taken back. */
  private void write(String branch, Random random) throws SQLException {
    alter(branch, new Random(random.nextLong()));
    script.add("on " + branch);
    State rows = model.working.get(branch);
    try (Connection connection = reads.session(branch)) {
      connection.setAutoCommit(false);
      for (int i = random.nextInt(4); i >= 0; i--) {
        RandomWrite write = null;
        for (int tries = 0; tries < TRIES; tries++) {
          RandomWrite found =
              RandomWrite.of(shape, rows, new Random(random.nextLong())).orElse(write);
          boolean better = write == null || !shape.allows(write.after());
          write = better ? found : write;
        }
        if (write != null) {
          rows = write(branch, connection, write) ? write.after() : rows;
        }
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

  /** Whether it was written: PostgreSQL must refuse exactly what the model does not allow. */
  private boolean write(String branch, Connection connection, RandomWrite write)
      throws SQLException {
    boolean allowed = shape.allows(write.after());
    if (!allowed && !branch.equals("main") && shape.branchAllows(write.after())) {
      // references are not looked at on a branch; states that break them are not tried here
      return false;
    }
    script.add(write.sql());
    Savepoint savepoint = connection.setSavepoint();
    try (Statement statement = connection.createStatement()) {
      int changed = statement.executeUpdate(write.sql());
      assertThat(allowed).as("PostgreSQL takes it: %s", write.sql()).isTrue();
      assertThat(changed).as(write.sql()).isEqualTo(1);
      return true;
    } catch (SQLException refused) {
      assertThat(allowed).as("%s: %s", write.sql(), refused.getMessage()).isFalse();
      assertThat(refused.getSQLState()).as(refused.getMessage()).startsWith("23");
      script.set(script.size() - 1, write.sql() + " -- refused");
      connection.rollback(savepoint);
      count("refused by PostgreSQL");
      return false;
    }
  }

  /** Every branch shows its own work, whatever happened on the others. */
  void checkBranches() throws SQLException {
    for (Map.Entry<String, State> working : model.working.entrySet()) {
      String branch = working.getKey();
      State rows = working.getValue();
      assertThat(reads.working(branch)).as("branch %s", branch).isEqualTo(rows);
      assertThat(reads.client(branch)).as("branch %s for a client", branch).isEqualTo(rows);
      schemas.check(branch, rows.altered());
    }
  }

  /**
   * Every commit reads as it did; what differs leads from one to the other and back; hashes tell
   * equality.
   */
  void checkCommits(Random random) {
    model.commits.forEach((id, rows) -> {
      assertThat(reads.commit(id)).as("commit %s", id).isEqualTo(rows);
      schemas.checkCommit(id, id, rows.altered());
    });
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

  /**
   * Content hashes of what the databases hold are those of the log, before and after all histories
   * are lost and written anew, those of deleted branches too.
   */
  void checkRebuild() {
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    test.database.execute(
        test.database.value(
            """
            SELECT coalesce(string_agg(format('DELETE FROM epoch.%I', tablename), ';'), 'SELECT 1')
            FROM pg_tables
            WHERE schemaname = 'epoch'
              AND (tablename LIKE '%\\_\\_h\\_%' OR tablename LIKE '%\\_\\_vh\\_%')
            """));
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
