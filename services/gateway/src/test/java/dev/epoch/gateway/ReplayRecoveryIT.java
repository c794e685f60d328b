package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.BranchState;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.merge.ReplayService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import dev.epoch.storage.error.BusyException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replays of several commits that are sent again, after the process ended in them. */
class ReplayRecoveryIT {
  private final List<String> commits = new ArrayList<>();
  private TestServer test;

  @BeforeEach
  void start() throws Exception {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE items (id int PRIMARY KEY, price int)",
        "INSERT INTO items SELECT i, i FROM generate_series(1, 4) i");
    test.register("items");
    test.commit("main", "first");
    test.branch("dev", "main");
    test.branch("x", "main");
    for (int i = 1; i <= 4; i++) {
      test.onBranch("dev", "UPDATE items SET price = 10 WHERE id = " + i);
      commits.add(test.commit("dev", "pick " + i).commit().id());
    }
    test.onBranch("x", "UPDATE items SET price = 20 WHERE id IN (1, 4)");
    test.commit("x", "in the way");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"skip-commit.prepared", "skip-commit.completed"})
  void skipLeavesOutOneCommit(String step) {
    assertThat(pick(commits, TestServer.caller()).conflicts()).isNotEmpty();

    Merged stopped = endedAt(step, () -> skip(again()));

    assertThat(stopped.conflicts()).containsEntry("items", 1L);
    assertThat(history()).containsExactly("pick 3", "pick 2", "in the way", "first");
    assertThat(branch().replay().rest()).containsExactly(commits.getLast());
    assertThat(skip(again()).conflicts()).containsEntry("items", 1L);
    assertThat(branch().replay().rest()).containsExactly(commits.getLast());
  }

  @ParameterizedTest
  @ValueSource(strings = {"replay-commits.applied.1", "replay-commits.completed"})
  void picksGoOn(String step) {
    List<String> picked = commits.subList(1, 4);

    Merged stopped = endedAt(step, () -> pick(picked, again()));

    assertThat(stopped.conflicts()).containsEntry("items", 1L);
    assertThat(history()).containsExactly("pick 3", "pick 2", "in the way", "first");
    assertThat(pick(picked, again()).conflicts()).containsEntry("items", 1L);

    // and once it was given up, another one is told from it
    test.server().merges().abort(test.repository(), "x", TestServer.caller());
    assertThat(history()).containsExactly("in the way", "first");
    assertThat(pick(commits, TestServer.caller()).conflicts()).isNotEmpty();
    assertThat(pick(picked, again()).conflicts()).isNotEmpty();
    assertThat(branch().replay().rest()).isEqualTo(commits);
  }

  @ParameterizedTest
  @ValueSource(strings = {"continue-merge.prepared", "continue-merge.completed"})
  void continuedOnceItIsDone(String step) {
    assertThat(pick(commits.subList(2, 4), TestServer.caller()).conflicts()).isNotEmpty();
    resolve();

    Merged ended = endedAt(step, () -> goOn(again()));

    assertThat(ended.conflicts()).isEmpty();
    assertThat(ended.result().message()).isEqualTo("pick 4");
    assertThat(history()).containsExactly("pick 4", "pick 3", "in the way", "first");
    assertThat(goOn(again()).result()).isEqualTo(ended.result());
  }

  @Test
  void aRequestThatLeftACommitOutStopsAtTheSameOne() {
    assertThat(pick(commits, TestServer.caller()).conflicts()).isNotEmpty();
    resolve("ours");

    Merged stopped = endedAt("continue-merge.opened", () -> goOn(again()));

    assertThat(stopped.conflicts()).containsEntry("items", 1L);
    assertThat(history()).containsExactly("pick 3", "pick 2", "in the way", "first");
    assertThat(goOn(again()).conflicts()).containsEntry("items", 1L);
    assertThat(branch().replay().rest()).containsExactly(commits.getLast());
  }

  /** As where recovery settles what an earlier try left in doubt, while the next one plans. */
  @ParameterizedTest
  @ValueSource(strings = {"cherry_pick", "rebase"})
  void eachCommitOnceWhereAnotherTryWasSettledMeanwhile(String verb) throws Exception {
    test.branch("y", verb.equals("rebase") ? "main" : "x");
    List<String> replayed = commits.subList(1, 4);
    if (verb.equals("rebase")) {
      for (int i = 1; i <= 3; i++) {
        test.onBranch("y", "INSERT INTO items VALUES (10 + " + i + ", 0)");
        test.commit("y", "mine " + i);
      }
      replayed = List.of("x");
    }
    List<String> asked = replayed;
    Deque<Runnable> meanwhile = new ArrayDeque<>();
    test.restart(name -> {
      if (name.equals("replay-commits.planned") && !meanwhile.isEmpty()) {
        meanwhile.pop().run();
      }
    });
    boolean rebase = verb.equals("rebase");
    meanwhile.push(() -> {
      meanwhile.push(() -> {
        throw new RecoveryIT.ProcessEnded("after the first commit");
      });
      meanwhile.push(() -> {});
      assertThatThrownBy(() -> replay("y", verb, asked, again()))
          .isInstanceOf(RecoveryIT.ProcessEnded.class);
      meanwhile.clear();
    });

    // when
    if (!rebase) {
      test.onBranch("y", "UPDATE items SET price = 4 WHERE id = 4");
      test.commit("y", "as before");
    }
    replay("y", verb, asked, again());

    // then
    assertThat(history("y"))
        .containsExactlyElementsOf(
            rebase
                ? List.of("mine 3", "mine 2", "mine 1", "in the way", "first")
                : List.of("pick 4", "pick 3", "pick 2", "as before", "in the way", "first"));
  }

  /** Likewise, of a request that is one operation: it has its answer, and is not done again. */
  @ParameterizedTest
  @ValueSource(strings = {"replay-commits", "merge-branch"})
  void aRequestThatWasSettledMeanwhileIsDoneOnce(String command) throws Exception {
    test.branch("y", "main");
    test.onBranch("y", "INSERT INTO items VALUES (11, 0)");
    test.commit("y", "mine");
    Deque<Runnable> meanwhile = new ArrayDeque<>();
    test.restart(name -> {
      if (name.equals(command + ".planned") && !meanwhile.isEmpty()) {
        meanwhile.pop().run();
      }
    });
    Supplier<Merged> request =
        command.equals("merge-branch")
            ? this::mergeDev
            : () -> replay("y", "cherry_pick", commits.subList(1, 2), again());
    meanwhile.push(request::get);

    // when
    assertThatThrownBy(request::get).isInstanceOf(BusyException.class);

    // then
    assertThat(history("y"))
        .containsExactly(command.equals("merge-branch") ? "dev" : "pick 2", "mine", "first");
    assertThat(request.get().result().id())
        .isEqualTo(References.branch(test.repository().state(), "y").head());
  }

  private Merged mergeDev() {
    return test.server()
        .merges()
        .merge(
            test.repository(),
            new MergeService.Request(
                "y", "dev", null, "dev", TestServer.ALICE, null, false, false, false, null),
            again());
  }

  private Merged replay(String branch, String verb, List<String> commits, Caller caller) {
    return test.server()
        .replays()
        .replay(
            test.repository(),
            new ReplayService.Request(
                branch, verb, commits, 0, null, null, null, null, false, false, null, null),
            caller);
  }

  private void resolve() {
    resolve("theirs");
  }

  private void resolve(String side) {
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                "x", "items", List.of(), null, null, side, Map.of(), List.of(), false, 0, 0),
            TestServer.caller());
  }

  private Merged goOn(Caller caller) {
    return test.server()
        .merges()
        .continueMerge(test.repository(), "x", null, TestServer.ALICE, caller);
  }

  private Merged endedAt(String step, Supplier<Merged> request) {
    test.restart(RecoveryIT.endingAt(step));
    assertThatThrownBy(request::get).isInstanceOf(RecoveryIT.ProcessEnded.class);
    test.restart(Failpoints.NONE);
    return request.get();
  }

  private Merged pick(List<String> picked, Caller caller) {
    return replay("x", "cherry_pick", picked, caller);
  }

  private Merged skip(Caller caller) {
    return test.server().replays().skip(test.repository(), "x", caller);
  }

  /** A repetition of the request, under its key. */
  private static Caller again() {
    return Caller.of(TestServer.ALICE, "key");
  }

  private BranchState branch() {
    return References.branch(test.repository().state(), "x");
  }

  private List<String> history() {
    return history("x");
  }

  private List<String> history(String branch) {
    var state = test.repository().state();
    List<String> messages = new ArrayList<>();
    String commit = References.branch(state, branch).head();
    while (!state.commits().parents(commit).isEmpty()) {
      messages.add(state.commits().byId().get(commit).message());
      commit = state.commits().firstParent(commit);
    }
    return messages;
  }
}
