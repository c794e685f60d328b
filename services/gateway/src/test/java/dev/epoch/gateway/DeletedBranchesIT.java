package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.rebuild.RebuildService;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.state.RowQuery;
import java.sql.SQLException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A rebuild brings back what commits read from branches that are gone, unless it was cleaned up.
 *
 * <pre>
 *   main    first --------------- merge ---- later
 *   merged     \-- m1 -- m2 ------/                   deleted
 *   given up        \-- g1                            deleted, no branch reaches g1
 * </pre>
 */
class DeletedBranchesIT {
  /** What of the deleted branches a database has lost. */
  enum Loss {
    ROWS_OF_HISTORIES(
        """
        SELECT string_agg(format('DELETE FROM epoch.%I', tablename), ';')
        FROM pg_tables
        WHERE schemaname = 'epoch' AND tablename ~ '__v?h_'
        """,
        true),
    HISTORIES(
        """
        SELECT string_agg(format('DROP TABLE epoch.%I', tablename), ';')
        FROM pg_tables
        JOIN epoch.branches ON dropped AND tablename LIKE '%' || branch_id
        WHERE schemaname = 'epoch' AND tablename ~ '__vh_'
        """,
        true),
    OVERLAYS(
        """
        SELECT string_agg(format('DROP TABLE epoch.%I', tablename), ';')
        FROM pg_tables
        JOIN epoch.branches ON dropped AND tablename LIKE '%' || branch_id
        WHERE schemaname = 'epoch' AND tablename ~ '__(v|vh|vw|d)_'
        """,
        true),
    /** Without its entry in the catalog, a branch that nothing reaches is as if cleaned up. */
    OVERLAYS_AND_CATALOG(
        """
        SELECT string_agg(format('DROP TABLE epoch.%I', tablename), ';')
          || ';DELETE FROM epoch.branch_tables AS t USING epoch.branches AS b'
          || ' WHERE t.branch_id = b.branch_id AND b.dropped;'
          || 'DELETE FROM epoch.branches WHERE dropped'
        FROM pg_tables
        JOIN epoch.branches ON dropped AND tablename LIKE '%' || branch_id
        WHERE schemaname = 'epoch' AND tablename ~ '__(v|vh|vw|d)_'
        """,
        false);

    private final String statements;
    private final boolean unreached;

    Loss(String statements, boolean unreached) {
      this.statements = statements;
      this.unreached = unreached;
    }
  }

  private TestServer test;
  private String givenUp;

  @BeforeEach
  void start() throws SQLException {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a text)",
        "INSERT INTO t SELECT i, 'a' || i FROM generate_series(1, 6) AS i");
    test.register("t");
    test.commit("main", "first");
    test.branch("merged", "main");
    changed("merged", "UPDATE t SET a = 'm1' WHERE id <= 2");
    test.branch("given_up", "merged");
    changed("merged", "DELETE FROM t WHERE id = 2");
    givenUp = changed("given_up", "UPDATE t SET a = 'g1' WHERE id IN (1, 5)");
    test.merge("merged", "main");
    test.database.execute(
        "UPDATE t SET a = 'later' WHERE id < 4", "INSERT INTO t VALUES (7, 'new')");
    test.commit("main", "later");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @ParameterizedTest
  @EnumSource
  void readAsBeforeWhenTheyWereLost(Loss loss) throws SQLException {
    // given
    delete("merged");
    delete("given_up");
    changedOnNew("merged");
    Map<String, String> before = everyCommit();

    // when
    test.database.execute(test.database.value(loss.statements));
    test.restart(Failpoints.NONE);
    RebuildService.Report report = test.server().rebuilds().rebuild(test.repository());

    // then
    assertThat(report.differences()).isEmpty();
    if (!loss.unreached) {
      assertThatThrownBy(() -> read(givenUp)).isInstanceOf(HistoryPrunedException.class);
      before.remove(givenUp);
    }
    before.forEach((commit, rows) -> assertThat(read(commit)).as(commit).isEqualTo(rows));
    assertThat(
            test.database.value(
                "SELECT string_agg(name, ' ' ORDER BY name) FROM epoch.branches WHERE NOT dropped"))
        .isEqualTo("main merged");
    assertThat(test.server().cleanups().cleanup(test.repository(), false).branches())
        .hasSize(loss.unreached ? 1 : 0);
  }

  @Test
  void whatWasCleanedUpStaysAway() {
    // given
    delete("merged");
    delete("given_up");
    assertThat(test.server().cleanups().cleanup(test.repository(), false).branches()).hasSize(1);
    String tables = "SELECT count(*) FROM pg_tables WHERE tablename LIKE '%given\\_up%'";
    assertThat(test.database.value(tables)).isEqualTo("0");

    // when
    test.database.execute(test.database.value(Loss.ROWS_OF_HISTORIES.statements));
    RebuildService.Report report = test.server().rebuilds().rebuild(test.repository());

    // then
    assertThat(report.differences()).isEmpty();
    assertThat(test.database.value(tables)).isEqualTo("0");
    assertThatThrownBy(() -> read(givenUp)).isInstanceOf(HistoryPrunedException.class);
  }

  /** The overlay of "moved" was written by a merge whose commit refers to that of "merged". */
  @Test
  void rowsThatABranchBeganWithAreFoundWhereCommitsSayTheyAre() throws SQLException {
    // given
    test.branch("one", "main");
    changed("one", "INSERT INTO t VALUES (8, 'same'), (3333, 'own')");
    changed("one", "DELETE FROM t WHERE id = 3");
    test.branch("moved", "one");
    test.database.execute("INSERT INTO t VALUES (8, 'same')");
    test.commit("main", "the same row");
    test.merge("main", "moved");
    test.branch("last", "moved");
    changed("last", "INSERT INTO t VALUES (9, 'last')");
    delete("moved");
    Map<String, String> before = everyCommit();
    before.remove(givenUp);
    delete("given_up");
    assertThat(test.server().cleanups().cleanup(test.repository(), false).branches()).hasSize(2);

    // when
    test.database.execute(test.database.value(Loss.ROWS_OF_HISTORIES.statements));

    // then
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
    before.forEach((commit, rows) -> assertThat(read(commit)).as(commit).isEqualTo(rows));
  }

  private void changedOnNew(String branch) throws SQLException {
    test.branch(branch, "main");
    changed(branch, "UPDATE t SET a = 'name used again' WHERE id = 7");
  }

  private void delete(String branch) {
    test.server().branches().delete(test.repository(), branch, true, TestServer.caller());
  }

  private String changed(String branch, String statement) throws SQLException {
    test.onBranch(branch, statement);
    return test.commit(branch, statement).commit().id();
  }

  private Map<String, String> everyCommit() {
    Map<String, String> rows = new TreeMap<>();
    for (CommitState commit : test.repository().state().commits().byId().values()) {
      if (commit.tree().containsKey("t")) {
        rows.put(commit.id(), read(commit.id()));
      }
    }
    return rows;
  }

  private String read(String commit) {
    RepositoryState state = test.repository().state();
    Snapshot snapshot =
        Snapshot.of(state, new References(state, state.defaultBranch()).commit(commit), commit);
    SortedMap<String, String> rows = new TreeMap<>();
    try (RowStream<Row> stream = test.server().reads().rows(snapshot, "t", RowQuery.all())) {
      stream.forEachRemaining(row -> rows.put(row.get(0), row.get(1)));
    }
    return rows.toString();
  }
}
