package dev.epoch.gateway;

import static dev.epoch.gateway.TableContents.client;
import static dev.epoch.gateway.TableContents.names;
import static dev.epoch.gateway.TableContents.rows;
import static dev.epoch.gateway.TableContents.schema;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.SchemaModel.Part;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.merge.ReplayService;
import dev.epoch.gateway.migration.DdlService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.record.ApplyService;
import dev.epoch.gateway.record.CommitChanges;
import dev.epoch.gateway.record.GivenChange;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.RowQuery;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Random changes of rows and schemas of one table, on main and on branches, between commits,
 * merges, reverts and resets, against {@link SchemaModel}. A step is a number: it means the same
 * whatever came before, or nothing where it does not apply.
 */
final class SchemaHistory implements AutoCloseable {
  private static final List<String> BRANCHES = List.of("main", "one", "two");
  private static final int NEVER = 99;

  /** The process may end at the first of failpoints: the number of the last. */
  private static final int MOST_ENDS = 3;

  private final TestServer test = new TestServer();
  private final SchemaChange.Names names = new SchemaChange.Names();
  private final Map<String, SchemaModel> commits = new LinkedHashMap<>();
  private final Map<String, List<String>> parents = new HashMap<>();
  private final CommitGraph graph = new CommitGraph(commits.keySet(), parents);
  private final Map<String, String> heads = new TreeMap<>();
  private final Map<String, SchemaModel> working = new TreeMap<>();

  /** What was done, to be read by people. */
  final List<String> script = new ArrayList<>();

  final Map<String, Integer> counts = new TreeMap<>();

  SchemaHistory() {
    SchemaModel table =
        SchemaModel.of(new Part(SchemaModel.KEY, "id", "integer", true, null, false));
    table.columns().add(new Part("n0", "name", "text", false, null, false));
    table.columns().add(new Part("p0", "price", "integer", false, "0", false));
    for (int key = 1; key < 6; key++) {
      table.rows().put(key, new HashMap<>(Map.of("n0", "1" + key, "p0", "2" + key)));
    }
    test.database.execute(
        "CREATE TABLE t (id integer PRIMARY KEY, name text, price integer DEFAULT 0)",
        "INSERT INTO t SELECT i, '1' || i, 20 + i FROM generate_series(1, 5) i");
    test.register("t");
    committed("main", test.commit("main", "first").commit(), table);
  }

  void step(long number) throws SQLException {
    Random random = new Random(number);
    String branch = BRANCHES.get(random.nextInt(BRANCHES.size()));
    String other = BRANCHES.get(random.nextInt(BRANCHES.size()));
    int kind = random.nextInt(100);
    if (!heads.containsKey(other)) {
      other = "main";
    }
    if (!heads.containsKey(branch) || kind < 4 && !branch.equals("main") && !branch.equals(other)) {
      branch(branch, other);
    } else if (kind < 50) {
      work(branch, random);
    } else if (kind < 60) {
      commit(branch, random.nextInt(14));
    } else if (kind < 78) {
      if (!branch.equals(other)) {
        commit(branch);
        commit(other);
        merge(other, branch, random.nextInt(14));
      }
    } else if (kind < 84) {
      commit(branch);
      revert(branch, random.nextInt(14));
    } else if (kind < 88) {
      commit(branch);
      reset(branch, random);
    } else if (kind < 92) {
      if (!branch.equals("main")) {
        onBranch(branch, "SELECT epoch.close_table('t')");
      }
    } else if (kind < 98) {
      commit(branch);
      commit(other);
      applyDifference(branch, other);
    } else {
      script.add("restart");
      test.restart(Failpoints.NONE);
    }
    check(branch);
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  private void branch(String name, String from) {
    if (heads.containsKey(name)) {
      script.add("delete " + name);
      test.server().branches().delete(test.repository(), name, true, TestServer.caller());
    }
    script.add("branch " + name + " " + from);
    test.branch(name, from);
    heads.put(name, heads.get(from));
    working.put(name, commits.get(heads.get(from)).copy());
  }

  /** Statements of a session, in one transaction or each in its own. */
  private void work(String branch, Random random) throws SQLException {
    boolean main = branch.equals("main");
    boolean alters = random.nextInt(3) > 0;
    boolean opens = alters || random.nextInt(3) == 0;
    boolean together = random.nextInt(3) == 0 && !(main && alters);
    try (Connection connection = session(branch);
        Statement session = connection.createStatement()) {
      if (!main && opens && !open(session, branch)) {
        alters = false;
      }
      assertThat(names(session)).as(branch).isEqualTo(working.get(branch).schemaNames());
      connection.setAutoCommit(!together);
      SchemaModel begun = working.get(branch);
      for (int i = random.nextInt(4); i >= 0; i--) {
        SchemaModel before = working.get(branch);
        Random own = new Random(random.nextLong());
        SchemaChange change =
            alters && own.nextInt(2) == 0
                ? SchemaChange.ofSchema(before, !main, own, names, elsewhere(branch))
                : SchemaChange.ofRows(before, own);
        if (change != null) {
          script.add("on " + branch + (together ? " (one transaction): " : ": ") + change.sql());
          if (main && takesValues(change.sql())) {
            test.server()
                .ddl()
                .run(
                    state(),
                    new DdlService.Request(null, null, change.sql(), true, DdlService.USUAL, null));
          } else if (!taken(session, branch, change)) {
            if (together) {
              connection.rollback();
              working.put(branch, begun);
              return;
            }
            continue;
          }
          working.put(branch, change.after());
          count(change.sql().split(" ")[0]);
        }
      }
      if (together) {
        connection.commit();
      }
    }
  }

  /**
   * False where a rule of the live table refuses it: these show on branches that have no columns of
   * their own.
   */
  private boolean taken(Statement session, String branch, SchemaChange change) throws SQLException {
    try {
      session.execute(change.sql());
      return true;
    } catch (SQLException refused) {
      if (branch.equals("main") || !change.after().isRefusedBy(working.get("main"))) {
        throw refused;
      }
      script.add("  refused: " + refused.getMessage().lines().findFirst().orElse(""));
      count("refused by a live rule");
      return false;
    }
  }

  /** Old commits of main answer only if Epoch does it: it keeps the values first. */
  private static boolean takesValues(String sql) {
    return sql.contains(" DROP COLUMN ") || sql.contains(" TYPE ");
  }

  private List<Part> elsewhere(String branch) {
    List<Part> columns = new ArrayList<>();
    working.forEach((name, table) -> {
      if (!name.equals(branch)) {
        columns.addAll(table.columns());
      }
    });
    columns.removeIf(column -> working.get(branch).column(column.id()).isPresent());
    return columns;
  }

  /** False where the table cannot be open because the live table has what the branch has not. */
  private boolean open(Statement session, String branch) throws SQLException {
    script.add("on " + branch + ": SELECT epoch.open_table('t')");
    try {
      session.execute("SELECT epoch.open_table('t')");
      count("opened");
      return true;
    } catch (SQLException refused) {
      if (!working.get(branch).isRefusedBy(working.get("main"))) {
        assertThat(refused.getMessage()).contains("merge the branch that has them");
      }
      count("not opened");
      return false;
    }
  }

  private void onBranch(String branch, String sql) throws SQLException {
    script.add("on " + branch + ": " + sql);
    try {
      test.onBranch(branch, sql);
    } catch (SQLException refused) {
      assertThat(refused.getMessage()).contains("that is not committed");
    }
  }

  private Connection session(String branch) throws SQLException {
    Connection connection = test.database.connect();
    if (!branch.equals("main")) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT epoch.use_branch('" + branch + "')");
      }
    }
    return connection;
  }

  private void commit(String branch) {
    commit(branch, NEVER);
  }

  /**
   * @param end of the process: at which failpoint, {@link #NEVER} if it is large
   */
  private void commit(String branch, int end) {
    SchemaModel table = working.get(branch);
    SchemaModel head = commits.get(heads.get(branch));
    boolean clean =
        table.told().equals(head.told())
            && table.schema().equals(head.schema())
            && table.columns().stream().map(Part::id).toList().equals(ids(head));
    boolean found =
        !test.server().workingSets().changes(state(), References.branch(state(), branch)).isEmpty();
    if (clean && !found) {
      return;
    }
    assertThat(found || sameButIds(table, head)).as("uncommitted changes of %s", branch).isTrue();
    if (found) {
      script.add("commit " + branch);
      if (run(end, () -> test.commit(branch, "commit")) == null) {
        found(branch, table);
      } else {
        committed(branch, head(branch), table);
        count("committed");
      }
    }
  }

  /** What looks like the head again, by whatever way it got there, may be nothing to commit. */
  private static boolean sameButIds(SchemaModel table, SchemaModel head) {
    return table.told().equals(head.told()) && table.schema().equals(head.schema());
  }

  private static List<String> ids(SchemaModel table) {
    return table.columns().stream().map(Part::id).toList();
  }

  private void committed(String branch, CommitState commit, SchemaModel table) {
    commits.put(commit.id(), table.copy());
    parents.put(commit.id(), List.copyOf(commit.parents()));
    heads.put(branch, commit.id());
    working.put(branch, table.copy());
  }

  /** What it answers; null if the process ended in it, and another one began. */
  private <T> T run(int end, Supplier<T> work) {
    if (end > MOST_ENDS) {
      return work.get();
    }
    int[] left = {end};
    test.restart(name -> {
      if (left[0]-- == 0) {
        script.add("the process ends at " + name);
        throw new ProcessEnded(name);
      }
    });
    T answer;
    try {
      answer = work.get();
    } catch (ProcessEnded _) {
      answer = null;
      count("ended");
    }
    test.restart(Failpoints.NONE);
    return answer;
  }

  /** It was done, or nothing was. */
  private void found(String branch, SchemaModel done) {
    if (References.branch(state(), branch).merge() != null) {
      test.server().merges().abort(test.repository(), branch, TestServer.caller());
    }
    CommitState head = head(branch);
    if (commits.containsKey(head.id())) {
      boolean moved = !heads.put(branch, head.id()).equals(head.id());
      if (moved) {
        working.put(branch, commits.get(head.id()).copy());
      }
    } else {
      committed(branch, head, done);
    }
  }

  private void merge(String source, String target, int end) {
    String ours = heads.get(target);
    String theirs = heads.get(source);
    List<String> bases = graph.bases(ours, theirs);
    if (bases.size() != 1) {
      count("crosswise");
      return;
    }
    SchemaModel.Merge expected =
        SchemaModel.merge(commits.get(bases.getFirst()), commits.get(ours), commits.get(theirs));
    if (!expected.doubts().isEmpty()) {
      count("in doubt");
      return;
    }
    script.add("merge " + source + " into " + target);
    Merged merged = run(end, () -> test.mergeDestructively(source, target));
    if (merged == null) {
      found(target, expected.merged());
      return;
    }
    if (merged.upToDate()) {
      assertThat(graph.ancestors(ours)).contains(theirs);
      count("up to date");
    } else if (expected.conflicts().isEmpty()) {
      assertThat(merged.conflicts()).as("conflicts, %s", conflicts(target)).isEmpty();
      CommitState head = head(target);
      if (!commits.containsKey(head.id())) {
        committed(target, head, expected.merged());
      } else {
        heads.put(target, head.id());
        working.put(target, commits.get(head.id()).copy());
      }
      count("merged");
    } else {
      assertThat(merged.result()).as("conflicts: %s", expected.conflicts()).isNull();
      count("conflicts");
      script.add("abort " + target);
      test.server().merges().abort(test.repository(), target, TestServer.caller());
    }
  }

  private List<String> conflicts(String branch) {
    return test
        .server()
        .conflicts()
        .list(state(), References.branch(state(), branch), null, null, 99)
        .conflicts()
        .stream()
        .map(status -> status.conflict().toString())
        .toList();
  }

  private void revert(String branch, int end) {
    String head = heads.get(branch);
    if (parents.get(head).size() != 1 || !commits.containsKey(parents.get(head).getFirst())) {
      return;
    }
    String parent = parents.get(head).getFirst();
    if (same(head, parent)) {
      return;
    }
    script.add("revert HEAD of " + branch);
    Merged reverted =
        run(
            end,
            () ->
                test.server()
                    .replays()
                    .replay(
                        test.repository(),
                        new ReplayService.Request(
                            branch,
                            "revert",
                            List.of(head),
                            0,
                            null,
                            null,
                            TestServer.ALICE,
                            null,
                            false,
                            false,
                            null,
                            null,
                            true),
                        TestServer.caller()));
    if (reverted == null) {
      found(branch, commits.get(parent));
      return;
    }
    assertThat(reverted.conflicts()).as("%s", conflicts(branch)).isEmpty();
    assertThat(entry(reverted.result().id()).contentHash())
        .as("what it was before")
        .isEqualTo(entry(parent).contentHash());
    committed(branch, head(branch), commits.get(parent));
    count("reverted");
  }

  private boolean same(String one, String other) {
    return entry(one).contentHash().equals(entry(other).contentHash())
        && entry(one).schemaHash().equals(entry(other).schemaHash());
  }

  private void reset(String branch, Random random) {
    String to = heads.get(branch);
    for (int i = random.nextInt(3); i >= 0; i--) {
      String parent = parents.get(to).isEmpty() ? null : parents.get(to).getFirst();
      to = commits.containsKey(parent) ? parent : to;
    }
    if (branch.equals("main")
        && !entry(to).schemaHash().equals(entry(heads.get(branch)).schemaHash())) {
      return;
    }
    script.add("reset " + branch + " to " + name(to));
    test.server().resets().hard(test.repository(), branch, to, null, TestServer.caller());
    heads.put(branch, to);
    working.put(branch, commits.get(to).copy());
    count("reset");
  }

  /** What differs between two commits, written onto a copy of the first, makes the second. */
  private void applyDifference(String branch, String other) {
    SchemaModel from = commits.get(heads.get(branch));
    SchemaModel to = commits.get(heads.get(other));
    if (!entry(heads.get(branch)).schemaHash().equals(entry(heads.get(other)).schemaHash())) {
      return;
    }
    List<GivenChange> changes =
        new CommitChanges(test.server().diffs(), test.server().reads())
            .between(state(), head(branch), head(other));
    if (changes.isEmpty()) {
      assertThat(from.told()).isEqualTo(to.told());
      return;
    }
    script.add("apply what differs between " + branch + " and " + other);
    test.branch("copy", branch);
    test.server()
        .applications()
        .apply(
            test.repository(),
            new ApplyService.Request("copy", changes, false, false),
            TestServer.caller());
    assertThat(entry(test.commit("copy", "applied").commit().id()).contentHash())
        .isEqualTo(entry(heads.get(other)).contentHash());
    test.server().branches().delete(test.repository(), "copy", true, TestServer.caller());
    count("applied");
  }

  // ---- what the server says

  private RepositoryState state() {
    return test.repository().state();
  }

  private CommitState head(String branch) {
    return state().head(References.branch(state(), branch));
  }

  private TableEntry entry(String commit) {
    return state().commits().byId().get(commit).tree().get("t");
  }

  private String name(String commit) {
    return "commit" + List.copyOf(commits.keySet()).indexOf(commit);
  }

  /** The branch shows its own work, to the server and to a client, and what it is like. */
  void check(String branch) throws SQLException {
    SchemaModel table = working.get(branch);
    Snapshot snapshot = test.server().reads().working(state(), References.branch(state(), branch));
    assertThat(rows(test.server().reads(), snapshot))
        .as("branch %s", branch)
        .isEqualTo(table.told());
    assertThat(schema(snapshot.table("t").handle().schema()))
        .as("schema of branch %s", branch)
        .isEqualTo(table.schema());
    try (Connection connection = session(branch);
        Statement session = connection.createStatement()) {
      if (names(session).equals(table.schemaNames())) {
        assertThat(client(session, table.columns().getFirst().name()))
            .as("branch %s for a client", branch)
            .isEqualTo(table.told());
      } else {
        // views have the names that the live table has now
        assertThat(branch).isNotEqualTo("main");
      }
    }
  }

  void checkBranches() throws SQLException {
    for (String branch : heads.keySet()) {
      assertThat(head(branch).id()).isEqualTo(heads.get(branch));
      check(branch);
    }
  }

  /** Every commit reads as it did, and its hash is that of its rows. */
  void checkCommits() {
    commits.forEach((id, table) -> {
      Snapshot snapshot = Snapshot.of(state(), state().commits().byId().get(id), id);
      assertThat(rows(test.server().reads(), snapshot)).as(name(id)).isEqualTo(table.told());
      assertThat(schema(snapshot.table("t").handle().schema()))
          .as("schema of %s", name(id))
          .isEqualTo(table.schema());
      ContentSum sum = new ContentSum();
      RowHasher hasher = new RowHasher(snapshot.table("t").handle().schema());
      try (RowStream<Row> rows = test.server().reads().rows(snapshot, "t", RowQuery.all())) {
        rows.forEachRemaining(row -> sum.add(hasher, row));
      }
      assertThat(entry(id).contentHash()).as("hash of %s", name(id)).isEqualTo(sum.hash());
      assertThat(entry(id).rowCount()).isEqualTo(table.rows().size());
    });
  }

  /** Content hashes of what the databases hold are those of the log. */
  void checkLog() {
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
  }

  @Override
  public void close() {
    test.close();
  }
}
