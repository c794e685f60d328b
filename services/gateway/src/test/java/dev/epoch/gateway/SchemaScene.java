package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.table.Column;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.merge.ReplayService;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** A server, a table {@code t} of three rows and a branch {@code x}: for tests of schemas. */
@Tag("postgres-versions")
abstract class SchemaScene {
  TestServer test;
  private TestTable table;

  @BeforeEach
  void start() {
    test = new TestServer();
    table = new TestTable(test, "t");
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, name text, price numeric,"
            + " CONSTRAINT positive CHECK (price > 0))",
        "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
    test.register("t");
    test.commit("main", "first");
    test.branch("x", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  RepositoryState state() {
    return test.repository().state();
  }

  CommitState commit(String ref) {
    return table.commit(ref);
  }

  /** Lines of the table at a ref, each with the names of its columns. */
  List<String> rows(String ref) {
    return table.rows(ref);
  }

  List<String> working(String branch) {
    return table.working(branch);
  }

  /** What is recorded of the head's rows is true of them, and nothing is uncommitted. */
  void assertRecorded(String branch) {
    table.assertRecorded(branch);
    assertThat(test.server().workingSets().changes(state(), state().branch(branch).orElseThrow()))
        .isEmpty();
  }

  Merged mergeDestructively(String source, String target) {
    return test.mergeDestructively(source, target);
  }

  List<String> columns(String ref) {
    CommitState commit = commit(ref);
    return state().tables().schema(commit.tree().get("t").schemaHash()).columns().stream()
        .map(Column::name)
        .toList();
  }

  /** What the live table says to an application. */
  List<String> live(String select) throws SQLException {
    return seen("main", select);
  }

  /** What a session on a branch is told. */
  List<String> seen(String branch, String select) throws SQLException {
    try (Connection connection = test.database.connect();
        Statement session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      return lines(session, select);
    }
  }

  private static List<String> lines(Statement session, String select) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (ResultSet rows = session.executeQuery(select)) {
      while (rows.next()) {
        List<String> fields = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          fields.add(rows.getMetaData().getColumnName(i) + "=" + rows.getString(i));
        }
        lines.add(String.join(" ", fields));
      }
    }
    return lines;
  }

  Merged revert(String branch, String commit, boolean allowDestructive) {
    return replay(branch, "revert", commit, allowDestructive);
  }

  /**
   * @param verb revert, cherry_pick or rebase
   */
  Merged replay(String branch, String verb, String commit, boolean allowDestructive) {
    return test.server()
        .replays()
        .replay(
            test.repository(),
            new ReplayService.Request(
                branch,
                verb,
                List.of(commit),
                0,
                null,
                null,
                TestServer.ALICE,
                null,
                false,
                false,
                null,
                null,
                allowDestructive),
            TestServer.caller());
  }

  Merged goOn(String branch) {
    return test.server()
        .merges()
        .continueMerge(
            test.repository(), branch, null, TestServer.ALICE, true, TestServer.caller());
  }

  void resolve(String branch, String part, String resolution, Map<String, String> values) {
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                branch, null, List.of(), null, part, resolution, values, List.of(), false, 0, 0),
            TestServer.caller());
  }

  List<String> conflicts(String branch) {
    return test
        .server()
        .conflicts()
        .list(state(), state().branch(branch).orElseThrow(), null, null, 99)
        .conflicts()
        .stream()
        .map(status ->
            status.conflict().type().wireName()
                + " "
                + status.conflict().key()
                + " "
                + status.conflict().constraint()
                + " "
                + status.conflict().fields())
        .toList();
  }

  /** Adds a column, then changes its rows and the name of another. */
  String columnAndRename() {
    test.database.execute(
        "ALTER TABLE t ADD extra text DEFAULT 'd'", "UPDATE t SET extra = 'e' WHERE id = 2");
    String added = test.commit("main", "extra").commit().id();
    test.database.execute(
        "ALTER TABLE t RENAME name TO label", "UPDATE t SET price = 30 WHERE id = 3");
    test.commit("main", "label");
    return added;
  }
}
