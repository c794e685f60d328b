package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.merge.ReplayService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.record.ApplyService;
import dev.epoch.gateway.record.CommitChanges;
import dev.epoch.gateway.record.GivenChange;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.validation.Validation;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the verbs are to each other, on random histories of two tables and three branches:
 *
 * <pre>
 *   revert(c) on c              = content of c's parent
 *   cherry-pick(c) on c's parent = content of c
 *   rebase(a, b) without conflict = content of merge(a, b), unless a takes back what b did too
 *   stash, then pop             = nothing happened
 *   reset to the head           = nothing happened
 *   apply(diff(a, b)) on a      = content of b
 * </pre>
 *
 * and every commit that came of it is what it says. {@code -Depoch.test.seed=N} begins there.
 */
class AlgebraIT {
  private static final List<String> BRANCHES = List.of("main", "dev", "topic");
  private static final List<String> TABLES = List.of("items", "tags");
  private static final int STEPS = 14;

  private TestServer test;
  private TestDatabase database;
  private Random random;
  private int made;

  @Test
  void theLawsHold() throws Exception {
    run(1);
  }

  @Test
  @Tag("nightly")
  void theLawsHoldOften() throws Exception {
    run(60);
  }

  private void run(int histories) throws Exception {
    long start = Long.getLong("epoch.test.seed", System.nanoTime());
    for (int i = 0; i < histories; i++) {
      try {
        play(start + i);
      } catch (AssertionError | Exception broken) {
        throw new AssertionError("-Depoch.test.seed=" + (start + i), broken);
      }
    }
  }

  private void play(long seed) throws Exception {
    random = new Random(seed);
    made = 0;
    try (TestServer server = new TestServer()) {
      test = server;
      database = test.database;
      database.execute(
          "CREATE TABLE items (id int PRIMARY KEY, name text, price int NOT NULL)",
          "INSERT INTO items SELECT i, 'item ' || i, i FROM generate_series(1, 12) i",
          "CREATE TABLE tags (item int, tag text, note jsonb, PRIMARY KEY (item, tag))",
          "INSERT INTO tags SELECT i, 't' || i % 3, '{\"a\": 1}' FROM generate_series(1, 12) i");
      TABLES.forEach(test::register);
      test.commit("main", "first");
      test.branch("dev", "main");
      test.branch("topic", "main");
      for (int step = 0; step < STEPS; step++) {
        String branch = BRANCHES.get(random.nextInt(BRANCHES.size()));
        CommitState commit = work(branch);
        if (commit != null) {
          law(step % 6, branch, commit);
        }
      }
      everyCommitIsWhatItSays();
    }
  }

  private void law(int number, String branch, CommitState commit) throws Exception {
    switch (number) {
      case 0 -> revertRestores(branch, commit);
      case 1 -> cherryPickOntoTheParentIsTheCommit(commit);
      case 2 -> rebaseIsMerge(branch);
      case 3 -> stashAndPopIsNothing(branch);
      case 4 -> resetToTheHeadIsNothing(branch);
      default -> applyingTheDiffGivesTheOther(branch);
    }
  }

  private void revertRestores(String branch, CommitState commit) {
    Merged reverted = replay(branch, "revert", commit.id());

    assertThat(reverted.conflicts()).isEmpty();
    assertThat(contents(reverted.result()))
        .isEqualTo(contents(commit(commit.parents().getFirst())));
  }

  private void cherryPickOntoTheParentIsTheCommit(CommitState commit) {
    String copy = fresh(commit.parents().getFirst());

    Merged picked = replay(copy, "cherry_pick", commit.id());

    assertThat(contents(picked.result())).isEqualTo(contents(commit));
    assertThat(picked.result().parents()).isEqualTo(commit.parents());
  }

  private void rebaseIsMerge(String branch) {
    String other = BRANCHES.get((BRANCHES.indexOf(branch) + 1) % BRANCHES.size());
    String merged = fresh(branch);
    Merged merge = test.merge(other, merged);
    if (!merge.conflicts().isEmpty() || touchesTwice(branch, other)) {
      return;
    }
    String rebased = fresh(branch);
    try {
      // commit by commit there may be conflicts that the merge of all has not
      if (replay(rebased, "rebase", other).conflicts().isEmpty()) {
        assertThat(contents(head(rebased))).isEqualTo(contents(head(merged)));
      }
    } catch (RefusedException refused) {
      // merges on the way are no commits that can be made again
      assertThat(refused.rejection().code()).isIn(Code.NOTHING_TO_COMMIT, Code.VALIDATION);
    }
  }

  /**
   * Whether the branch changed a record more than once that the other changed too. Where it took
   * back what both had done, the merge keeps it as the other has it, and the rebase takes it back.
   */
  private boolean touchesTwice(String branch, String other) {
    CommitState commit = head(branch);
    CommitState base =
        commit(Lineage.mergeBases(state(), commit.id(), head(other).id()).getFirst());
    Set<List<Object>> there = records(base, head(other));
    Set<List<Object>> here = new HashSet<>();
    while (!commit.id().equals(base.id())) {
      CommitState parent = commit(commit.parents().getFirst());
      for (List<Object> changed : records(parent, commit)) {
        if (!here.add(changed) && there.contains(changed)) {
          return true;
        }
      }
      commit = parent;
    }
    return false;
  }

  /** Table and key of each record that differs. */
  private Set<List<Object>> records(CommitState from, CommitState to) {
    Set<List<Object>> records = new HashSet<>();
    changes(from, to).forEach(change -> records.add(List.of(change.table(), change.key())));
    return records;
  }

  private void stashAndPopIsNothing(String branch) throws SQLException {
    String copy = fresh(branch);
    change(copy, statements());
    List<String> before = working(copy);
    if (test.server().workingSets().pending(state(), branch(copy)).isEmpty()) {
      return;
    }

    test.server().stashes().push(test.repository(), copy, null, TestServer.caller());
    assertThat(working(copy)).isEqualTo(working(branch));
    test.server().stashes().pop(test.repository(), copy, 0, TestServer.caller());

    assertThat(working(copy)).isEqualTo(before);
  }

  private void resetToTheHeadIsNothing(String branch) {
    CommitState head = head(branch);
    List<String> before = working(branch);

    test.server().resets().hard(test.repository(), branch, head.id(), null, TestServer.caller());

    assertThat(head(branch)).isEqualTo(head);
    assertThat(working(branch)).isEqualTo(before);
  }

  private void applyingTheDiffGivesTheOther(String branch) {
    String other = BRANCHES.get((BRANCHES.indexOf(branch) + 2) % BRANCHES.size());
    String copy = fresh(branch);
    List<GivenChange> changes = changes(head(branch), head(other));
    if (changes.isEmpty()) {
      assertThat(contents(head(other))).isEqualTo(contents(head(branch)));
      return;
    }

    test.server()
        .applications()
        .apply(
            test.repository(),
            new ApplyService.Request(copy, changes, false, false),
            TestServer.caller());

    assertThat(working(copy)).isEqualTo(working(other));
    assertThat(contents(test.commit(copy, "applied").commit())).isEqualTo(contents(head(other)));
  }

  private void everyCommitIsWhatItSays() {
    for (BranchState branch : state().branches().byId().values()) {
      CommitState commit = state().head(branch);
      while (!commit.root()) {
        Validation validation =
            test.server().validations().validate(state(), commit, commit.id(), List.of());
        assertThat(validation.valid()).as("%s", validation).isTrue();
        commit = commit(commit.parents().getFirst());
      }
    }
  }

  /** A commit on the branch; null if the statements changed nothing. */
  private CommitState work(String branch) throws SQLException {
    change(branch, statements());
    return test.server().workingSets().pending(state(), branch(branch)).isEmpty()
        ? null
        : test.commit(branch, "step " + made++).commit();
  }

  private String[] statements() {
    String[] statements = new String[1 + random.nextInt(4)];
    for (int i = 0; i < statements.length; i++) {
      int id = 1 + random.nextInt(16);
      int value = random.nextInt(100);
      statements[i] =
          switch (random.nextInt(6)) {
            case 0 -> "DELETE FROM items WHERE id = " + id;
            case 1 -> "UPDATE items SET price = " + value + " WHERE id = " + id;
            case 2 ->
                "UPDATE items SET name = NULLIF('n%d', 'n7') WHERE id < %d".formatted(value, id);
            case 3 -> "DELETE FROM tags WHERE item = " + id;
            case 4 -> "UPDATE tags SET note = '{\"a\": %d}' WHERE item = %d".formatted(value, id);
            default ->
                "INSERT INTO items SELECT %d, 'i', %d WHERE NOT EXISTS (SELECT FROM items WHERE id = %d)"
                    .formatted(id, value, id);
          };
    }
    return statements;
  }

  private String fresh(String from) {
    String name = "copy-" + made++;
    test.branch(name, from);
    return name;
  }

  private void change(String branch, String... statements) throws SQLException {
    if (branch.equals("main")) {
      database.execute(statements);
    } else {
      test.onBranch(branch, statements);
    }
  }

  private Merged replay(String branch, String verb, String commit) {
    return test.server()
        .replays()
        .replay(
            test.repository(),
            new ReplayService.Request(
                branch, verb, List.of(commit), 0, null, null, null, null, false, false, null, null),
            TestServer.caller());
  }

  private RepositoryState state() {
    return test.repository().state();
  }

  private BranchState branch(String name) {
    return References.branch(state(), name);
  }

  private CommitState head(String branch) {
    return state().head(branch(branch));
  }

  private CommitState commit(String id) {
    return state().commits().byId().get(id);
  }

  private List<GivenChange> changes(CommitState from, CommitState to) {
    return new CommitChanges(test.server().diffs(), test.server().reads())
        .between(state(), from, to);
  }

  private static List<String> contents(CommitState commit) {
    return TABLES.stream().map(table -> commit.tree().get(table).contentHash().hex()).toList();
  }

  /** All rows that a client of the branch sees. */
  private List<String> working(String branch) {
    Snapshot snapshot = test.server().reads().working(state(), branch(branch));
    List<String> rows = new ArrayList<>();
    for (String table : TABLES) {
      try (var read = test.server().reads().rows(snapshot, table, RowQuery.page(null, 1000))) {
        while (read.hasNext()) {
          rows.add(table + " " + read.next());
        }
      }
    }
    return rows;
  }
}
