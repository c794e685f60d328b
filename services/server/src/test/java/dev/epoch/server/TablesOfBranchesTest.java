package dev.epoch.server;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Tables that a session makes on a branch, or renames there. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class TablesOfBranchesTest {
  private Api api;

  @Test
  void areOfferedAndRegisteredWithTheirRecords() throws SQLException {
    // given
    api = Api.inNewRepository("made");
    String table =
        api.register(
            "things",
            "CREATE TABLE %1$s (id serial PRIMARY KEY, name text)",
            "INSERT INTO %1$s (name) VALUES ('a'), ('b')");
    api.commit("main", "import");
    api.post("/branches", "{\"name\": \"x\", \"checkout\": false}").statusCode(201);

    // when
    onBranch(
        "x",
        "ALTER TABLE %1$s RENAME TO %1$s_renamed".formatted(table),
        "INSERT INTO %s_renamed (name) VALUES ('c')".formatted(table));

    // then
    api.get("/status?branch=x")
        .body("untracked", hasItem(table + "_renamed"))
        .body("unstaged.table", hasItem("things"));
    api.post("/tables", "{\"name\": \"%s_renamed\", \"branch\": \"x\"}".formatted(table))
        .statusCode(201)
        .body("record_count", equalTo(3));
  }

  private void onBranch(String branch, String... statements) throws SQLException {
    try (var connection = DatabasesForTests.connect(DatabasesForTests.SHOP);
        var session = connection.createStatement()) {
      session.execute("SET epoch.open_tables_within = '1min'");
      session.execute("SELECT epoch.use_branch('" + branch + "', '" + api.repository() + "')");
      for (String sql : statements) {
        session.execute(sql);
      }
    }
  }
}
