package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.storage.RowWrite;
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
    return References.branch(test.repository().state(), "work");
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
