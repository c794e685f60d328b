package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.command.UpdateRepositoryV1;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.RowQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Merges into a live database that applications are writing. */
class BusyMergeIT {
  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    for (String table : new String[] {"t", "u"}) {
      test.database.execute(
          "CREATE TABLE " + table + " (id int PRIMARY KEY, a text, b text)",
          "INSERT INTO " + table + " VALUES (1, 'a', 'b'), (2, 'a', 'b'), (3, 'a', 'b')");
      test.register(table);
    }
    test.commit("main", "first");
    test.branch("x", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void liveChangesAreCommittedBelowTheMerge() throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id = 1");
    test.commit("x", "on x");
    String before = head().id();
    test.database.execute(
        "UPDATE t SET b = 'live' WHERE id = 1",
        "DELETE FROM t WHERE id = 3",
        "INSERT INTO u VALUES (4, 'live', 'live')");

    // when
    MergeService.Merged merged = test.merge("x", "main");

    // then
    assertThat(merged.fastForward()).isFalse();
    CommitState merge = head();
    CommitState live = commit(merged.liveCommit());
    assertThat(merged.result()).isEqualTo(merge);
    assertThat(merge.parents()).containsExactly(live.id(), branchHead("x"));
    assertThat(live.parents()).containsExactly(before);
    assertThat(live.author()).isEqualTo(Actor.LIVE);
    assertThat(live.message()).isEqualTo("Live changes before merging x");
    assertThat(rows(before, "t")).containsExactly("1 a b", "2 a b", "3 a b");
    assertThat(rows(live.id(), "t")).containsExactly("1 a live", "2 a b");
    assertThat(rows(live.id(), "u")).contains("4 live live");
    assertThat(rows(merge.id(), "t")).containsExactly("1 x live", "2 a b");
    assertThat(rows(merge.id(), "u")).contains("4 live live");
    assertThat(test.database.rows("SELECT * FROM t ORDER BY id"))
        .containsExactly(List.of("1", "x", "live"), List.of("2", "a", "b"));
    assertThat(test.server().workingSets().changes(state(), state().defaultBranch())).isEmpty();

    // when the same command is answered again, and everything is built from the log
    assertThat(liveEntries(live)).containsExactly("t +0 ~1 -1", "u +1 ~0 -0");
    test.server().rebuilds().rebuild(test.repository());

    // then
    assertThat(rows(live.id(), "t")).containsExactly("1 a live", "2 a b");
    assertThat(rows(merge.id(), "t")).containsExactly("1 x live", "2 a b");
  }

  @Test
  void withoutLiveChangesAFastForwardStaysOne() throws Exception {
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id = 1");
    test.commit("x", "on x");
    test.database.execute(
        "UPDATE t SET b = 'live' WHERE id = 2", "UPDATE t SET b = 'b' WHERE id = 2");

    MergeService.Merged merged = test.merge("x", "main");

    assertThat(merged.fastForward()).isTrue();
    assertThat(merged.liveCommit()).isNull();
    assertThat(head().id()).isEqualTo(branchHead("x"));
    assertThat(rows(head().id(), "t")).containsExactly("1 x b", "2 a b", "3 a b");
  }

  @Test
  void liveChangesCanBeRefused() throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id = 1");
    test.commit("x", "on x");
    test.database.execute("UPDATE t SET b = 'live' WHERE id = 2");

    // then
    refuses(() -> merge("x", "main", "THREE_WAY", "refuse"), Code.UNCOMMITTED_CHANGES);
    refuses(() -> merge("x", "main", "FAST_FORWARD", null), Code.UNCOMMITTED_CHANGES);
    test.server()
        .repositories()
        .update(
            "shop", new UpdateRepositoryV1(null, "refuse", null, null, null), TestServer.caller());
    refuses(() -> test.merge("x", "main"), Code.UNCOMMITTED_CHANGES);

    // when the changes are of a table that the merge does not write
    test.commit("main", "t");
    test.database.execute("UPDATE u SET b = 'live' WHERE id = 2");
    MergeService.Merged merged = test.merge("x", "main");

    // then
    assertThat(merged.liveCommit()).isNull();
    assertThat(
            test.server().workingSets().changes(state(), state().defaultBranch()).stream()
                .map(WorkingSetService.TableChange::table))
        .containsExactly("u");
  }

  @Test
  void onABranchOnlyTablesThatTheMergeWritesRefuseIt() throws Exception {
    // given
    test.database.execute("UPDATE t SET a = 'main' WHERE id = 1");
    test.commit("main", "on main");
    test.onBranch("x", "UPDATE u SET a = 'x' WHERE id = 1", "UPDATE t SET b = 'x' WHERE id = 2");

    // then
    refuses(() -> test.merge("main", "x"), Code.UNCOMMITTED_CHANGES);

    // when
    test.server()
        .commits()
        .commit(
            test.repository(),
            new CommitService.Request("x", "t", TestServer.ALICE, List.of("t"), false, null),
            TestServer.caller());
    test.merge("main", "x");

    // then
    assertThat(rows(branchHead("x"), "t")).containsExactly("1 main b", "2 a x", "3 a b");
    assertThat(
            test.server().workingSets().changes(state(), state().branch("x").orElseThrow()).stream()
                .map(WorkingSetService.TableChange::table))
        .containsExactly("u");
  }

  @Test
  void rowsThatChangeBetweenPlanAndLocksArePlannedAnew() throws Exception {
    // given
    test.onBranch(
        "x",
        "UPDATE t SET a = 'x' WHERE id = 1",
        "DELETE FROM t WHERE id = 2",
        "INSERT INTO t VALUES (9, 'x', 'x')",
        "UPDATE u SET a = 'x'");
    test.commit("x", "on x");
    String before = head().id();
    AtomicInteger reached = new AtomicInteger();
    test.restart(name -> {
      if (name.equals("merge-branch.prepared") && reached.incrementAndGet() == 1) {
        test.database.execute(
            "UPDATE t SET b = 'live' WHERE id = 1",
            "UPDATE u SET a = 'x' WHERE id = 1",
            "UPDATE u SET b = 'live' WHERE id = 3");
      }
    });

    // when
    MergeService.Merged merged = test.merge("x", "main");

    // then
    assertThat(reached).as("plans").hasValue(1);
    assertThat(commit(merged.liveCommit()).parents()).containsExactly(before);
    assertThat(rows(merged.liveCommit(), "t")).containsExactly("1 a live", "2 a b", "3 a b");
    assertThat(rows(head().id(), "t")).containsExactly("1 x live", "3 a b", "9 x x");
    assertThat(rows(head().id(), "u")).containsExactly("1 x b", "2 x b", "3 x live");
    assertThat(test.database.rows("SELECT * FROM u WHERE id = 3"))
        .containsExactly(List.of("3", "x", "live"));
  }

  @Test
  void conflictsThatComeUpBetweenPlanAndLocksAreAsked() throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id = 1");
    test.commit("x", "on x");
    test.restart(name -> {
      if (name.equals("merge-branch.prepared")) {
        test.database.execute("UPDATE t SET a = 'live' WHERE id = 1");
      }
    });

    // when
    MergeService.Merged merged = test.merge("x", "main");

    // then
    assertThat(merged.conflicts()).isEqualTo(Map.of("t", 1L));
    assertThat(open()).containsExactly("1 a: a live x");
    assertThat(test.database.rows("SELECT a FROM t WHERE id = 1")).containsExactly(List.of("live"));
    assertThat(state().operations()).isEmpty();
  }

  @Test
  void anOpenMergeSurvivesLiveWritesAndKeepsItsDecisions() throws Exception {
    // given two conflicts, decided
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id <= 2", "UPDATE u SET b = 'x' WHERE id = 1");
    test.commit("x", "on x");
    test.database.execute("UPDATE t SET a = 'main' WHERE id <= 2");
    test.commit("main", "on main");
    test.merge("x", "main");
    assertThat(open()).containsExactly("1 a: a main x", "2 a: a main x");
    resolve("theirs", null);

    // when applications write other fields, other rows, and one of the fields decided about
    test.database.execute(
        "UPDATE t SET b = 'live' WHERE id <= 2",
        "INSERT INTO t VALUES (7, 'live', 'live')",
        "UPDATE t SET a = 'newer' WHERE id = 2",
        "UPDATE u SET b = 'newer' WHERE id = 1");
    assertThat(continueMerge().conflicts()).isNotEmpty();

    // then only what is new is asked, of a table that was not decided about
    assertThat(open()).containsExactly("1 b: b newer x");

    // when
    resolve("ours", null);
    MergeService.Merged merged = continueMerge();

    // then
    assertThat(rows(merged.liveCommit(), "t")).contains("1 main live", "2 newer live");
    assertThat(rows(head().id(), "t"))
        .containsExactly("1 x live", "2 x live", "3 a b", "7 live live");
    assertThat(rows(head().id(), "u")).contains("1 a newer");
    assertThat(test.database.rows("SELECT a, b FROM t WHERE id = 1"))
        .containsExactly(List.of("x", "live"));
  }

  @Test
  void decisionsAreNotAboutViolationsThatAreFoundLater() throws Exception {
    // given a conflict that is decided, and rows that break a constraint together
    test.database.execute("CREATE UNIQUE INDEX t_b ON t (b) WHERE id > 10");
    test.onBranch(
        "x", "UPDATE t SET a = 'x' WHERE id = 1", "INSERT INTO t VALUES (11, 'x', 'same')");
    test.commit("x", "on x");
    test.database.execute(
        "UPDATE t SET a = 'main' WHERE id = 1", "INSERT INTO t VALUES (12, 'm', 'same')");
    test.merge("x", "main");
    resolve("theirs", null);

    // when
    assertThat(continueMerge().conflicts()).isNotEmpty();

    // then
    assertThat(open()).containsExactly("11 t_b");
    refuses(this::continueMerge, Code.UNRESOLVED_CONFLICTS);

    // when the answer does not help
    resolve("theirs", "t_b");
    assertThat(continueMerge().conflicts()).isNotEmpty();

    // then it is asked again
    assertThat(open()).containsExactly("11 t_b");
    resolve("ours", "t_b");
    continueMerge();
    assertThat(rows(head().id(), "t")).containsExactly("1 x b", "12 m same", "2 a b", "3 a b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "completing", "completed"})
  void processEndsAnywhere(String step) throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id = 1");
    test.commit("x", "on x");
    String before = head().id();
    test.database.execute(
        "UPDATE t SET b = 'live' WHERE id = 1", "UPDATE u SET b = 'live' WHERE id = 2");

    // when
    test.restart(name -> {
      if (name.equals("merge-branch." + step)) {
        throw new ProcessEnded(name);
      }
    });
    assertThatThrownBy(() -> test.merge("x", "main")).isInstanceOf(ProcessEnded.class);
    test.database.execute("UPDATE t SET b = 'later' WHERE id = 1");
    test.restart(Failpoints.NONE);

    // then
    boolean done = !step.equals("prepared");
    assertThat(state().operations()).isEmpty();
    assertThat(test.database.rows("SELECT a, b FROM t WHERE id = 1"))
        .containsExactly(List.of(done ? "x" : "a", "later"));
    assertThat(rows(before, "t")).contains("1 a b");
    if (done) {
      assertThat(rows(head().id(), "t")).contains("1 x live");
      assertThat(rows(head().parents().getFirst(), "t")).contains("1 a live");
      assertThat(rows(head().parents().getFirst(), "u")).contains("2 a live");
    } else {
      assertThat(head().id()).isEqualTo(before);
    }

    // when
    test.commit("main", "the rest");

    // then
    assertThat(rows(head().id(), "t")).contains(done ? "1 x later" : "1 a later");
    assertThat(rows(head().id(), "u")).contains("2 a live");
  }

  /** What a process cannot catch: its end. */
  private static final class ProcessEnded extends Error {
    ProcessEnded(String failpoint) {
      super(failpoint, null, false, false);
    }
  }

  @Test
  void aMergeThatIsUndoneLeavesLiveChangesUncommitted() throws Exception {
    // given two databases' worth of work, the second half of which fails
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id = 1");
    test.commit("x", "on x");
    String before = head().id();
    test.database.execute(
        "UPDATE t SET b = 'live' WHERE id = 1", "UPDATE u SET b = 'live' WHERE id = 2");
    AtomicInteger reached = new AtomicInteger();
    test.restart(name -> {
      if (name.equals("merge-branch.applied.1") && reached.incrementAndGet() == 1) {
        test.database.execute("UPDATE t SET b = 'later' WHERE id = 1");
        throw new IllegalStateException("the second database refuses");
      }
    });

    // when
    assertThatThrownBy(() -> test.merge("x", "main")).isInstanceOf(IllegalStateException.class);

    // then
    assertThat(head().id()).isEqualTo(before);
    assertThat(rows(before, "t")).containsExactly("1 a b", "2 a b", "3 a b");
    assertThat(rows(before, "u")).containsExactly("1 a b", "2 a b", "3 a b");
    test.commit("main", "live");
    assertThat(rows(head().id(), "u")).contains("2 a live");
    assertThat(rows(head().id(), "t")).contains("1 x later");
  }

  private RepositoryState state() {
    return test.repository().state();
  }

  private CommitState head() {
    return state().head(state().defaultBranch());
  }

  private CommitState commit(String id) {
    return state().commits().byId().get(id);
  }

  private String branchHead(String branch) {
    return state().branch(branch).orElseThrow().head();
  }

  private static List<String> liveEntries(CommitState commit) {
    return commit.changed().stream()
        .map(entry ->
            "%s +%d ~%d -%d"
                .formatted(entry.name(), entry.inserted(), entry.updated(), entry.deleted()))
        .sorted()
        .toList();
  }

  private MergeService.Merged merge(
      String source, String target, String strategy, String liveChanges) {
    return test.server()
        .merges()
        .merge(
            test.repository(),
            new MergeService.Request(
                target,
                source,
                strategy,
                null,
                TestServer.ALICE,
                liveChanges,
                false,
                false,
                false,
                null),
            TestServer.caller());
  }

  private MergeService.Merged continueMerge() {
    return test.server()
        .merges()
        .continueMerge(test.repository(), "main", null, TestServer.ALICE, TestServer.caller());
  }

  private void resolve(String side, String constraint) {
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                "main", null, List.of(), null, constraint, side, Map.of(), List.of(), false, 0, 0),
            TestServer.caller());
  }

  /** Conflicts that wait: the row's key, and fields with base, ours, theirs, or the constraint. */
  private List<String> open() {
    return test
        .server()
        .conflicts()
        .list(state(), state().defaultBranch(), null, null, 100)
        .conflicts()
        .stream()
        .filter(status -> !status.resolved())
        .map(status ->
            String.join(",", status.conflict().key().values())
                + " "
                + (status.conflict().constraint() != null
                    ? status.conflict().constraint()
                    : String.join("; ", status.open().stream().map(BusyMergeIT::text).toList())))
        .sorted()
        .toList();
  }

  private static String text(FieldConflict field) {
    return field.name() + ": " + field.base() + " " + field.ours() + " " + field.theirs();
  }

  private static void refuses(ThrowingCallable command, Code code) {
    assertThatThrownBy(command)
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.rejection().code()).isEqualTo(code));
  }

  private List<String> rows(String commit, String table) {
    List<String> rows = new ArrayList<>();
    Snapshot at = Snapshot.of(state(), commit(commit), "commit");
    try (RowStream<Row> stream = test.server().reads().rows(at, table, RowQuery.all())) {
      stream.forEachRemaining(row -> rows.add(String.join(" ", row.values())));
    }
    rows.sort(null);
    return rows;
  }
}
