package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.HistoryPrunedException;
import dev.epoch.storage.RowQuery;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

    // when
    assertThat(test.server().cleanups().cleanup(test.repository().state(), true)).hasSize(1);
    assertThat(read(givenUp)).isEqualTo("given up");
    assertThat(test.server().cleanups().cleanup(test.repository().state(), false)).hasSize(1);

    // then
    assertThat(read(merged)).isEqualTo("merged");
    assertThatThrownBy(() -> read(givenUp)).isInstanceOf(HistoryPrunedException.class);
    test.restart(Failpoints.NONE);
    assertThatThrownBy(() -> read(givenUp)).isInstanceOf(HistoryPrunedException.class);
    assertThat(test.server().cleanups().cleanup(test.repository().state(), false)).isEmpty();

    // when the name is used again
    changed("given-up", "UPDATE t SET name = 'again'");

    // then
    assertThat(read("given-up")).isEqualTo("again");
    assertThat(read("main")).isEqualTo("merged");
  }

  private String changed(String branch, String sql) throws Exception {
    test.branch(branch, "main");
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
