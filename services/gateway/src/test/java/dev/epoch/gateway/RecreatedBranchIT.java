package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.stream.References;
import dev.epoch.storage.record.RowWrite;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A command waits for its turn on a branch; meanwhile the branch is deleted, and another one gets
 * its name.
 */
class RecreatedBranchIT {
  private final TestServer test = new TestServer();

  @BeforeEach
  void start() {
    test.database.execute("CREATE TABLE t (id int PRIMARY KEY)");
    test.register("t");
    test.commit("main", "first");
    test.branch("work", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void aCommitIsAnsweredForTheBranchThatHasTheNameNow() throws Exception {
    CommitService.Committed committed = whileTheBranchIsReplaced(() -> test.commit("work", "mine"));

    assertThat(committed.commit().id()).isEqualTo(work().head());
    assertThat(committed.commit().message()).isEqualTo("mine");
  }

  @Test
  void aMergeIsAnsweredForTheBranchThatHasTheNameNow() throws Exception {
    write(test.repository().state().defaultBranch(), 7);
    String second = test.commit("main", "second").commit().id();

    MergeService.Merged merged =
        whileTheBranchIsReplaced(() -> {
          test.commit("work", "mine");
          return test.merge("main", "work");
        });

    assertThat(merged.result().id()).isEqualTo(work().head());
    assertThat(merged.result().parents()).contains(second);
  }

  @Test
  void namesThatADatabaseKeepsForBranchesOfNoLogAreTaken() throws Exception {
    // given what a lost drop has left, and what another log has
    test.database.execute(
        """
        INSERT INTO epoch.branches (branch_id, repository, name, label, is_default, told_at)
        VALUES ('bolder', 'shop', 'one', 'one', false, 0), ('bnewer', 'shop', 'two', 'two', false, 1000000),
          ('bother', 'shop', 'three', 'three', false, 0)
        """);

    // when
    test.branch("one", "main");
    test.branch("two", "main");

    // then
    for (String branch : List.of("one", "two")) {
      test.onBranch(branch, "INSERT INTO t VALUES (5)");
      test.commit(branch, "on it");
    }
    assertThat(names()).isEqualTo("main one three two work");

    // when names go around
    rename("one", "former");
    rename("two", "one");
    rename("former", "two");
    test.onBranch("one", "INSERT INTO t VALUES (6)");

    // then
    assertThat(names()).isEqualTo("main one three two work");
    assertThat(test.server().workingSets().pending(test.repository().state(), branch("one")))
        .containsOnlyKeys("t");
    assertThat(test.server().workingSets().pending(test.repository().state(), branch("two")))
        .isEmpty();

    // when
    test.server().rebuilds().rebuild(test.repository());

    // then
    assertThat(names()).isEqualTo("main one two work");
  }

  private void rename(String from, String to) {
    test.server().branches().rename(test.repository(), from, to, TestServer.caller());
  }

  private String names() {
    return test.database.value(
        "SELECT string_agg(name, ' ' ORDER BY name) FROM epoch.branches WHERE NOT dropped");
  }

  /** The operation waits with the old branch, and goes on with a new one that has a new row. */
  private <T> T whileTheBranchIsReplaced(Supplier<T> operation) throws Exception {
    ReentrantLock turn = test.repository().branchLock(work().id());
    turn.lock();
    CompletableFuture<T> answer;
    try {
      answer =
          CompletableFuture.supplyAsync(operation, Executors.newVirtualThreadPerTaskExecutor());
      while (!turn.hasQueuedThreads()) {
        Thread.onSpinWait();
      }
      test.server().branches().delete(test.repository(), "work", true, TestServer.caller());
      test.branch("work", "main");
      write(work(), 8);
    } finally {
      turn.unlock();
    }
    return answer.get(30, TimeUnit.SECONDS);
  }

  private BranchState work() {
    return branch("work");
  }

  private BranchState branch(String name) {
    return References.branch(test.repository().state(), name);
  }

  private void write(BranchState branch, int id) {
    RepositoryState state = test.repository().state();
    test.server()
        .workingSets()
        .write(
            state,
            branch,
            "t",
            List.of(new RowWrite.Upsert(Map.of("id", IntNode.valueOf(id)))),
            TestServer.caller());
  }
}
