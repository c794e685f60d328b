package dev.epoch.server;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One statement over several states: AS OF, several branches; and its plan. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class QueriesTest {
  private Api api;

  @BeforeEach
  void threeVersionsOfTwoRows() {
    api = Api.inNewRepository("queries");
    api.register(
        "users",
        "CREATE TABLE %s (id int PRIMARY KEY, name text)",
        "INSERT INTO %s VALUES (1, 'a'), (2, 'b')");
    api.commit("main", "first");
    api.post("/tags", "{\"name\": \"v1\"}").statusCode(201);
    api.post("/branches", "{\"name\": \"feature/x\", \"checkout\": false}").statusCode(201);
    write("main", 1, "a2");
    api.commit("main", "second");
    write("feature/x", 2, "bx");
    api.commit("feature/x", "third");
  }

  private void write(String branch, int id, String name) {
    api.post(
            "/tables/users/records?branch=" + branch,
            "{\"upsert\": [{\"id\": %d, \"name\": \"%s\"}]}".formatted(id, name))
        .statusCode(200);
  }

  private Answer query(String sql, String more) {
    return api.post(
        "/query",
        "{\"sql\": \"%s\"%s}".formatted(sql.replace("\"", "\\\"").replace("\n", " "), more));
  }

  @Test
  void aTableIsReadAsOfAnotherState() {
    query("SELECT name FROM users AS OF 'v1' WHERE users.id = 1", "")
        .statusCode(200)
        .body("rows", equalTo(List.of(List.of("a"))));
    query(
            "SELECT now.name, old.name FROM users now JOIN users AS OF 'HEAD~1' AS old USING (id)"
                + " WHERE now.name <> old.name",
            "")
        .body("rows", equalTo(List.of(List.of("a2", "a"))));
    query(
            "SELECT string_agg(name, ',' ORDER BY name) FROM (SELECT name FROM users as of 'feature/x'"
                + " EXCEPT SELECT name FROM \"users\" AS OF 'v1') s",
            ", \"ref\": \"feature/x\"")
        .body("rows[0][0]", equalTo("bx"));
    query("SELECT count(*) FROM users AS OF '2999-01-01' u, users AS OF '2999-01-01'", "")
        .body("rows[0][0]", equalTo(4));
    query("SELECT 'x AS OF ''v1''' AS of", "").body("rows[0][0]", equalTo("x AS OF 'v1'"));
  }

  @Test
  void whatDiffersIsATable() {
    query(
            "SELECT change_type, id, before_name, after_name FROM epoch_diff('users', 'main', 'feature/x') ORDER BY id",
            "")
        .statusCode(200)
        .body(
            "rows",
            equalTo(List.of(List.of("update", 1, "a2", "a"), List.of("update", 2, "b", "bx"))));
    query(
            "SELECT d.after_name, u.name FROM epoch_diff('users', 'v1', 'HEAD') AS d JOIN users u USING (id)",
            "")
        .body("rows", equalTo(List.of(List.of("a2", "a2"))));
    query("SELECT count(*) FROM epoch_diff('users', 'main', 'main')", "")
        .body("rows[0][0]", equalTo(0));
    query("SELECT * FROM epoch_diff('users', 'main', 'main') LIMIT 1", "")
        .body(
            "columns.name",
            equalTo(
                List.of(
                    "change_type", "id", "before_id", "after_id", "before_name", "after_name")));
    query(
            "SELECT count(*) FROM epoch_diff('users', 'v1', 'main') epoch_diff, epoch_diff('users', 'v1', 'feature/x') b WHERE epoch_diff.id <> b.id",
            "")
        .body("rows[0][0]", equalTo(1));
    query("SELECT 'epoch_diff(1)' AS epoch_diff", "").body("rows[0][0]", equalTo("epoch_diff(1)"));
  }

  @Test
  void whatDiffersFollowsInsertsDeletesAndRenamedColumns() {
    // given
    String table =
        api.register(
            "plans",
            "CREATE TABLE %s (code text PRIMARY KEY, price numeric, tags text[])",
            "INSERT INTO %s VALUES ('a', 1.50, '{x}'), ('b', 2, NULL)");
    api.commit("main", "plans");
    DatabasesForTests.shop(
        "DELETE FROM " + table + " WHERE code = 'a'",
        "INSERT INTO " + table + " VALUES ('c', 3, '{y,z}')",
        "ALTER TABLE " + table + " RENAME price TO cost");
    api.commit("main", "other plans");

    // when, then
    query(
            "SELECT change_type, code, before_cost, after_cost, after_tags[2] FROM epoch_diff('plans', 'HEAD~1', 'HEAD') ORDER BY code",
            "")
        .statusCode(200)
        .body("rows[0][0]", equalTo("delete"))
        .body("rows[0][1]", equalTo("a"))
        .body("rows[0][2]", equalTo(1.50f))
        .body("rows[1]", equalTo(java.util.Arrays.asList("insert", "c", null, 3, "z")));
    // before it was registered
    query("SELECT count(*) FROM epoch_diff('plans', 'v1', 'HEAD') WHERE change_type = 'insert'", "")
        .body("rows[0][0]", equalTo(2));
  }

  @Test
  void callsThatAreNoneAreRefused() {
    for (String call :
        List.of(
            "epoch_diff('users', 'main')",
            "epoch_diff(users, 'main', 'v1')",
            "epoch_diff('users', 'main', 'v1', 'x')",
            "epoch_diff('users', 'main' || '', 'v1')")) {
      query("SELECT * FROM " + call, "")
          .statusCode(422)
          .body("message", containsString("epoch_diff takes a table and two refs"));
    }
    query("SELECT * FROM epoch_diff('nobody', 'main', 'v1')", "").statusCode(404);
    query("SELECT * FROM epoch_diff('users', 'gone', 'v1')", "").statusCode(404);
  }

  @Test
  void whatCannotBeReadIsSaid() {
    query("SELECT * FROM users AS OF 'gone'", "")
        .statusCode(404)
        .body("message", containsString("gone"));
    query("SELECT * FROM nobody AS OF 'v1'", "")
        .statusCode(404)
        .body("error", equalTo("TableNotFoundError"));
    query("SELECT * FROM public.users AS OF 'v1'", "")
        .statusCode(422)
        .body("message", containsString("schema"));
    query("SELECT * FROM users AS OF '2024-13-45'", "").statusCode(422);
  }

  @Test
  void severalBranchesAnswerOneStatement() {
    query("SELECT id, name FROM users ORDER BY id", ", \"branches\": [\"main\", \"feature/x\"]")
        .statusCode(200)
        .body(
            "rows",
            equalTo(List.of(List.of(1, "a2"), List.of(2, "b"), List.of(1, "a"), List.of(2, "bx"))));
    query(
            "SELECT count(*) FROM users WHERE name LIKE 'a_'",
            ", \"branches\": [\"main\", \"feature/x\"], \"mode\": \"side_by_side\"")
        .body("branches.branch", equalTo(List.of("main", "feature/x")))
        .body("branches[0].rows[0][0]", equalTo(1))
        .body("branches[1].rows[0][0]", equalTo(0));
    query("SELECT 1", ", \"branches\": [\"main\", \"gone\"]").statusCode(404);
    query("SELECT 1", ", \"branches\": [\"main\"], \"ref\": \"v1\"").statusCode(422);
    query("SELECT 1", ", \"branches\": [\"main\"], \"mode\": \"join\"").statusCode(422);
    query("SELECT 1", ", \"mode\": \"union\"").statusCode(422);
  }

  @Test
  void theDatabasesPlanIsShown() {
    query("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM users WHERE id = 1", "")
        .statusCode(200)
        .body("columns.name", equalTo(List.of("QUERY PLAN")))
        .body("rows.flatten()", hasItem(containsString("Index Scan")));
    query("EXPLAIN (FORMAT JSON) SELECT 1", "")
        .body("rows[0][0][0].Plan.\"Node Type\"", equalTo("Result"));
    query("EXPLAIN DELETE FROM users", "").statusCode(422);
  }
}
