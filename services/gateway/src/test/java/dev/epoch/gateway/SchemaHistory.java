package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.CommitState;
import dev.epoch.gateway.SchemaModel.Part;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.merge.ReplayService;
import dev.epoch.gateway.record.ApplyService;
import dev.epoch.gateway.record.CommitChanges;
import dev.epoch.gateway.record.GivenChange;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import java.sql.SQLException;
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
  private final Map<String, SchemaModel> commits = new LinkedHashMap<>();
  private final Map<String, List<String>> parents = new HashMap<>();
  private final CommitGraph graph = new CommitGraph(commits.keySet(), parents);
  private final Map<String, String> heads = new TreeMap<>();
  private final Map<String, SchemaModel> working = new TreeMap<>();

  /** What was done, to be read by people. */
  final List<String> script = new ArrayList<>();

  final Map<String, Integer> counts = new TreeMap<>();

  private final SchemaSessions sessions = new SchemaSessions(test, script, counts, true);
  private final SchemaReads reads = new SchemaReads(test);

  SchemaHistory() {
    SchemaModel table = sessions.create();
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
      working.put(branch, sessions.work(branch, working, random));
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
        sessions.close(branch);
      }
    } else if (kind < 98) {
      commit(branch);
      commit(other);
      applyDifference(branch, other);
    } else {
      script.add("restart");
      test.restart(Failpoints.NONE);
    }
    reads.check(branch, working.get(branch));
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
    boolean found = reads.isChanged(branch);
    if (clean && !found) {
      return;
    }
    assertThat(found || sameButIds(table, head)).as("uncommitted changes of %s", branch).isTrue();
    if (found) {
      script.add("commit " + branch);
      if (run(end, () -> test.commit(branch, "commit")) == null) {
        found(branch, table);
      } else {
        committed(branch, reads.head(branch), table);
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
    if (References.branch(reads.state(), branch).merge() != null) {
      test.server().merges().abort(test.repository(), branch, TestServer.caller());
    }
    CommitState head = reads.head(branch);
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
      CommitState head = reads.head(target);
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
        .list(reads.state(), References.branch(reads.state(), branch), null, null, 99)
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
    assertThat(reads.entry(reverted.result().id()).contentHash())
        .as("what it was before")
        .isEqualTo(reads.entry(parent).contentHash());
    committed(branch, reads.head(branch), commits.get(parent));
    count("reverted");
  }

  private boolean same(String one, String other) {
    return reads.entry(one).contentHash().equals(reads.entry(other).contentHash())
        && reads.entry(one).schemaHash().equals(reads.entry(other).schemaHash());
  }

  private void reset(String branch, Random random) {
    String to = heads.get(branch);
    for (int i = random.nextInt(3); i >= 0; i--) {
      String parent = parents.get(to).isEmpty() ? null : parents.get(to).getFirst();
      to = commits.containsKey(parent) ? parent : to;
    }
    if (branch.equals("main")
        && !reads.entry(to).schemaHash().equals(reads.entry(heads.get(branch)).schemaHash())) {
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
    if (!reads
        .entry(heads.get(branch))
        .schemaHash()
        .equals(reads.entry(heads.get(other)).schemaHash())) {
      return;
    }
    List<GivenChange> changes =
        new CommitChanges(test.server().diffs(), test.server().reads())
            .between(reads.state(), reads.head(branch), reads.head(other));
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
    assertThat(reads.entry(test.commit("copy", "applied").commit().id()).contentHash())
        .isEqualTo(reads.entry(heads.get(other)).contentHash());
    test.server().branches().delete(test.repository(), "copy", true, TestServer.caller());
    count("applied");
  }

  void checkBranches() throws SQLException {
    for (String branch : heads.keySet()) {
      assertThat(reads.head(branch).id()).isEqualTo(heads.get(branch));
      reads.check(branch, working.get(branch));
    }
  }

  /** Every commit reads as it did, and its hash is that of its rows. */
  void checkCommits() {
    commits.forEach((id, table) -> reads.checkCommit(id, name(id), table));
  }

  private String name(String commit) {
    return "commit" + List.copyOf(commits.keySet()).indexOf(commit);
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
