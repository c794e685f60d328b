package dev.epoch.gateway;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.stream.References;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A table of five items, on {@code main} and a branch {@code dev}. */
abstract class ItemsOnTwoBranches {
  TestServer test;
  TestDatabase database;

  @BeforeEach
  void start() {
    test = new TestServer();
    database = test.database;
    database.execute(
        "CREATE TABLE items (id int PRIMARY KEY, name text, price int NOT NULL)",
        "INSERT INTO items SELECT i, 'item ' || i, i FROM generate_series(1, 5) i");
    test.register("items");
    test.commit("main", "first");
    test.branch("dev", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  void change(String branch, String... statements) throws SQLException {
    if (branch.equals("main")) {
      database.execute(statements);
    } else {
      test.onBranch(branch, statements);
    }
  }

  Merged replay(String branch, String verb, String... commits) {
    return test.replay(branch, verb, commits);
  }

  Merged continueMerge(String branch) {
    return test.server()
        .merges()
        .continueMerge(test.repository(), branch, null, TestServer.ALICE, TestServer.caller());
  }

  void resolve(String branch, String resolution) {
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                branch,
                "items",
                List.of(),
                null,
                null,
                resolution,
                Map.of(),
                List.of(),
                false,
                0,
                0),
            TestServer.caller());
  }

  BranchState branch(String name) {
    return References.branch(test.repository().state(), name);
  }

  Map<String, ?> pending(String branch) {
    return test.server().workingSets().pending(test.repository().state(), branch(branch));
  }

  void reset(String branch, String target) {
    test.server().resets().hard(test.repository(), branch, target, null, TestServer.caller());
  }

  String content(String branch) {
    RepositoryState state = test.repository().state();
    return state.head(branch(branch)).tree().get("items").contentHash().hex();
  }

  /** What a session on the branch reads: name and price by id. */
  TreeMap<Integer, String> rows(String branch) throws SQLException {
    TreeMap<Integer, String> rows = new TreeMap<>();
    try (var connection = database.connect();
        var session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      var result = session.executeQuery("SELECT id, name, price FROM items");
      while (result.next()) {
        rows.put(result.getInt(1), result.getString(2) + "/" + result.getInt(3));
      }
    }
    return rows;
  }
}
