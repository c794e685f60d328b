package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.branch.TagService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.storage.CleanupService;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.state.RowQuery;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** What deleted branches left behind is taken back when nothing reads it, and not before. */
class CleanupIT {
  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, name text)", "INSERT INTO t VALUES (1, 'one')");
    test.register("t");
    test.commit("main", "first");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void rowsOfMergedBranchesStayAndThoseOfOthersGo() throws Exception {
    // given one branch that was merged and one that was given up
    String merged = changed("merged", "UPDATE t SET name = 'merged'");
    test.merge("merged", "main");
    String givenUp = changed("given-up", "UPDATE t SET name = 'given up'");
    test.server().branches().delete(test.repository(), "merged", false, TestServer.caller());
    test.server().branches().delete(test.repository(), "given-up", true, TestServer.caller());

    // when there is a storage beside that nothing answers for
    test.server()
        .storages()
        .add(
            test.repository(),
            "away",
            "postgresql",
            Map.of("database", TextNode.valueOf(TestDatabaseFactory.AWAY)),
            null,
            false,
            TestServer.caller());
    assertThat(test.server().cleanups().cleanup(test.repository(), true).branches()).hasSize(1);
    assertThat(read(givenUp)).isEqualTo("given up");
    CleanupService.Cleaned cleaned = test.server().cleanups().cleanup(test.repository(), false);
    assertThat(cleaned.branches()).hasSize(1);
    assertThat(cleaned.names()).containsExactly(entry(cleaned.branches().getFirst(), "given-up"));
    assertThat(cleaned.unreached()).containsExactly("away");

    // then
    assertThat(read(merged)).isEqualTo("merged");
    assertThatThrownBy(() -> read(givenUp)).isInstanceOf(HistoryPrunedException.class);
    test.restart(Failpoints.NONE);
    assertThatThrownBy(() -> read(givenUp)).isInstanceOf(HistoryPrunedException.class);
    assertThat(test.server().cleanups().cleanup(test.repository(), false).branches()).isEmpty();

    // when the name is used again
    changed("given-up", "UPDATE t SET name = 'again'");

    // then
    assertThat(read("given-up")).isEqualTo("again");
    assertThat(read("main")).isEqualTo("merged");
  }

  @Test
  void rowsOfATaggedCommitStayUntilTheTagIsDeleted() throws Exception {
    // given
    String givenUp = changed("given-up", "UPDATE t SET name = 'given up'");
    test.server()
        .tags()
        .create(
            test.repository(),
            new TagService.Request("v1", "given-up", null, false),
            TestServer.caller());
    test.server().branches().delete(test.repository(), "given-up", true, TestServer.caller());

    // when
    assertThat(test.server().cleanups().cleanup(test.repository(), false).branches()).isEmpty();

    // then
    assertThat(read("v1")).isEqualTo("given up");
    test.restart(Failpoints.NONE);
    assertThat(read("v1")).isEqualTo("given up");

    // when
    test.server().tags().delete(test.repository(), "v1", TestServer.caller());
    assertThat(test.server().cleanups().cleanup(test.repository(), false).branches()).hasSize(1);

    // then
    assertThatThrownBy(() -> read(givenUp)).isInstanceOf(HistoryPrunedException.class);
    assertThatThrownBy(() ->
            test.server()
                .tags()
                .create(
                    test.repository(),
                    new TagService.Request("v2", givenUp, null, false),
                    TestServer.caller()))
        .isInstanceOf(HistoryPrunedException.class);
  }

  @Test
  void noBranchIsMadeOfRowsThatAreGone() throws Exception {
    // given
    String givenUp = givenUp();
    test.branch("before", givenUp);
    test.server().branches().delete(test.repository(), "before", true, TestServer.caller());
    test.server().cleanups().cleanup(test.repository(), false);

    // when
    assertThatThrownBy(() -> test.branch("after", givenUp))
        .isInstanceOf(HistoryPrunedException.class)
        .hasMessageContaining(givenUp);

    // then
    assertThat(test.repository().state().branch("after")).isEmpty();
  }

  @RepeatedTest(6)
  void aBranchThatIsMadeDuringACleanupHasItsRows(RepetitionInfo round) throws Exception {
    String givenUp = givenUp();

    boolean made = duringACleanup(round, () -> test.branch("again", givenUp));

    assertThat(test.repository().state().branch("again").isPresent()).isEqualTo(made);
    if (made) {
      assertThat(read("again")).isEqualTo("given up");
      changed("next", "again", "UPDATE t SET name = name || '!'");
      assertThat(read("next")).isEqualTo("given up!");
    }
  }

  @RepeatedTest(6)
  void whatIsMergedDuringACleanupHasItsRows(RepetitionInfo round) throws Exception {
    String givenUp = givenUp();
    test.branch("target", "main");

    boolean merged = duringACleanup(round, () -> test.merge(givenUp, "target"));

    assertThat(read("target")).isEqualTo(merged ? "given up" : "one");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
  }

  /** A commit that no branch has any more. */
  private String givenUp() throws Exception {
    String commit = changed("given-up", "UPDATE t SET name = 'given up'");
    test.server().branches().delete(test.repository(), "given-up", true, TestServer.caller());
    return commit;
  }

  /** Whether the rows were still there. */
  private boolean duringACleanup(RepetitionInfo round, Runnable work) {
    CompletableFuture<?> cleanup =
        CompletableFuture.runAsync(() -> {
          LockSupport.parkNanos(round.getCurrentRepetition() * 500_000L);
          test.server().cleanups().cleanup(test.repository(), false);
        });
    try {
      work.run();
      return true;
    } catch (HistoryPrunedException late) {
      return false;
    } finally {
      cleanup.join();
    }
  }

  private String changed(String branch, String sql) throws Exception {
    return changed(branch, "main", sql);
  }

  private String changed(String branch, String from, String sql) throws Exception {
    test.branch(branch, from);
    try (Connection connection = test.database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT epoch.use_branch('" + branch + "')");
      statement.execute(sql);
    }
    return test.commit(branch, "on " + branch).commit().id();
  }

  private String read(String ref) {
    RepositoryState state = test.repository().state();
    Snapshot snapshot =
        Snapshot.of(state, new References(state, state.defaultBranch()).commit(ref), ref);
    try (RowStream<Row> rows = test.server().reads().rows(snapshot, "t", RowQuery.all())) {
      return rows.next().get(1);
    }
  }
}
