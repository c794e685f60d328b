package dev.epoch.gateway;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.commit.WorkingSetService.TableChange;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.References;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.RowQuery;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A repository whose tables sessions drop on branches. */
abstract class TablesToDrop {
  TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE items (id integer PRIMARY KEY, name text)",
        "CREATE TABLE notes (id serial PRIMARY KEY, item integer REFERENCES items, body text)",
        "INSERT INTO items VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO notes (item, body) VALUES (1, 'x'), (2, 'y')");
    test.register("items");
    test.register("notes");
    test.commit("main", "first");
    test.branch("x", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  /** In a session whose branch has open tables. */
  void onBranch(String branch, String... statements) throws SQLException {
    try (Connection connection = test.database.connect();
        Statement session = connection.createStatement()) {
      session.execute("SET epoch.open_tables_up_to = '64MB'");
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      for (String sql : statements) {
        session.execute(sql);
      }
    }
  }

  RepositoryState state() {
    return test.repository().state();
  }

  BranchState branch(String name) {
    return state().branch(name).orElseThrow();
  }

  List<String> removed(String branch) {
    return test.server().workingSets().changes(state(), branch(branch)).stream()
        .filter(TableChange::removed)
        .map(TableChange::table)
        .toList();
  }

  List<String> rows(String ref) {
    List<String> rows = new ArrayList<>();
    try (RowStream<Row> found =
        test.server().reads().rows(at(ref), "notes", RowQuery.page(null, 99))) {
      found.forEachRemaining(row -> rows.add(row.get(0) + " " + row.get(2)));
    }
    return rows;
  }

  List<String> working(String branch) {
    return test.server().reads().working(state(), branch(branch)).tables().keySet().stream()
        .sorted()
        .toList();
  }

  boolean has(String branch, String table) {
    return state().head(branch(branch)).tree().containsKey(table);
  }

  Snapshot at(String ref) {
    CommitState commit = new References(state(), state().defaultBranch()).commit(ref);
    return Snapshot.of(state(), commit, ref);
  }
}
