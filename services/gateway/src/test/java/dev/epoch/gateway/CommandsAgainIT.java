package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.merge.conflict.ConflictService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A command that is asked again is answered as before, also when its branch is gone by now. */
class CommandsAgainIT {
  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a text)", "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    test.register("t");
    test.commit("main", "first");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private static Caller caller(String key) {
    return Caller.of(TestServer.ALICE, key);
  }

  private StepResult create(String name) {
    return test.server().branches().create(test.repository(), name, "main", false, caller("b"));
  }

  private CommitService.Committed commit(String branch) {
    return test.server()
        .commits()
        .commit(
            test.repository(),
            new CommitService.Request(branch, "on it", TestServer.ALICE, List.of(), true, null),
            caller("c"));
  }

  private MergeService.Merged merge(String source, String target, String key) {
    return test.server()
        .merges()
        .merge(
            test.repository(),
            new MergeService.Request(
                target, source, null, null, TestServer.ALICE, null, false, false, false, null),
            caller(key));
  }

  private void delete(String name) {
    test.server().branches().delete(test.repository(), name, true, caller("d"));
  }

  private String stash(String branch) {
    return test.server()
        .stashes()
        .push(test.repository(), branch, null, caller("stash"))
        .commit()
        .id();
  }

  private String reset(String branch) {
    return test.server()
        .resets()
        .hard(test.repository(), branch, branch + "~1", null, caller("reset"))
        .head()
        .id();
  }

  @Test
  void theBranchOfTheCommandIsGone() throws Exception {
    // given
    String head = create("x").formerFacts().getOrDefault("head", "");
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id = 1");
    assertThat(test.server().workingSets().stage(test.repository(), "x", List.of(), caller("s")))
        .isEqualTo(1);
    String commit = commit("x").commit().id();
    String merged = merge("x", "main", "m").result().id();
    test.onBranch("x", "UPDATE t SET a = 'put away' WHERE id = 1");
    String stash = stash("x");
    String reset = reset("x");
    delete("x");

    // when, then
    delete("x");
    assertThat(stash("x")).isEqualTo(stash);
    assertThat(reset("x")).isEqualTo(reset);
    assertThat(head).isEmpty();
    assertThat(create("x").formerFacts()).containsEntry("branch", "x");
    assertThat(test.server().workingSets().stage(test.repository(), "x", List.of(), caller("s")))
        .isEqualTo(1);
    assertThat(commit("x").commit().id()).isEqualTo(commit);
    assertThat(merge("x", "main", "m").result().id()).isEqualTo(merged);
    assertThatThrownBy(() -> merge("x", "main", "another key"))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.rejection().code()).isEqualTo(Code.BRANCH_NOT_FOUND));
  }

  @Test
  void whatForbadeTheCommandIsGone() throws Exception {
    // given a merge that cannot be continued, and one that is refused for its conflicts
    create("x");
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id = 1");
    commit("x");
    test.database.execute("UPDATE t SET a = 'main' WHERE id = 1");
    test.commit("main", "on main");
    assertRefused(() -> mergeOrFail("main", "x"), Code.MERGE_CONFLICT);
    assertThat(merge("main", "x", "m").conflicts()).containsEntry("t", 1L);
    ResolveConflictsV1 decision =
        new ResolveConflictsV1(
            "x", null, List.of(), null, null, "ours", Map.of(), List.of(), false, 0, 0);
    test.server().conflicts().resolve(test.repository(), decision, caller("r"));
    test.onBranch("x", "UPDATE t SET a = 'meanwhile' WHERE id = 2");
    assertRefused(() -> continueMerge("x"), Code.UNCOMMITTED_CHANGES);

    // when
    test.server().merges().abort(test.repository(), "x", caller("a"));

    // then
    assertRefused(() -> continueMerge("x"), Code.UNCOMMITTED_CHANGES);
    test.onBranch("x", "UPDATE t SET a = 'b' WHERE id = 2");
    test.onBranch("x", "UPDATE t SET a = 'main' WHERE id = 1");
    test.commit("x", "as on main");
    assertRefused(() -> mergeOrFail("main", "x"), Code.MERGE_CONFLICT);
  }

  private MergeService.Merged continueMerge(String branch) {
    return test.server()
        .merges()
        .continueMerge(test.repository(), branch, null, TestServer.ALICE, caller("p"));
  }

  private MergeService.Merged mergeOrFail(String source, String target) {
    return test.server()
        .merges()
        .merge(
            test.repository(),
            new MergeService.Request(
                target, source, null, null, TestServer.ALICE, null, false, true, false, null),
            caller("f"));
  }

  private static void assertRefused(ThrowingCallable command, Code code) {
    assertThatThrownBy(command)
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.rejection().code()).isEqualTo(code));
  }

  @Test
  void theOpenMergeOfTheCommandIsGone() throws Exception {
    // given
    create("x");
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id = 1");
    commit("x");
    test.database.execute("UPDATE t SET a = 'main' WHERE id = 1");
    test.commit("main", "on main");
    assertThat(merge("main", "x", "m").conflicts()).containsEntry("t", 1L);
    ResolveConflictsV1 decision =
        new ResolveConflictsV1(
            "x", null, List.of(), null, null, "ours", Map.of(), List.of(), false, 0, 0);
    ConflictService.Settled settled =
        test.server().conflicts().resolve(test.repository(), decision, caller("r"));
    test.server().merges().abort(test.repository(), "x", caller("a"));
    delete("x");

    // when, then
    test.server().merges().abort(test.repository(), "x", caller("a"));
    assertThat(test.server().conflicts().resolve(test.repository(), decision, caller("r")))
        .isEqualTo(settled)
        .isEqualTo(new ConflictService.Settled(1, 0, settled.decided()));
    MergeService.Merged again = merge("main", "x", "m");
    assertThat(again.conflicts().values()).containsExactly(1L);
    assertThat(again.target()).isEqualTo("x");
  }
}
