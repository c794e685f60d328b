package dev.epoch.server;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over REST: commits read tables that are versioned no more, until these are purged. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class RemovedTableTest {
  private Api api;
  private String table;
  private String first;
  private String second;

  @BeforeEach
  void twoCommitsOfATable() {
    api = Api.inNewRepository("removed");
    table =
        api.register(
            "users",
            "CREATE TABLE %s (id int PRIMARY KEY, name text)",
            "INSERT INTO %s VALUES (1, 'a'), (2, 'b')");
    first = api.commit("main", "first");
    api.post("/tables/users/records", "{\"upsert\": [{\"id\": 1, \"name\": \"z\"}]}");
    second = api.commit("main", "second");
  }

  @Test
  void commitsReadWhatTheyRead() {
    // when
    api.delete("/tables/users").statusCode(204);
    DatabasesForTests.shop("DROP TABLE " + table);

    // then
    oldCommitsAreThere();
    api.get("/diff/users?base=" + first + "&target=" + second).body("changes", hasSize(1));
    api.get("/tables?ref=" + first).body("tables.name", hasSize(1));
    api.get("/tables?ref=main").body("tables", empty());
    api.get("/tables/users/records").statusCode(404);
    api.post("/query", "{\"sql\": \"SELECT * FROM users\", \"ref\": \"main\"}").statusCode(404);

    // when it is versioned again, elsewhere
    api.register(
        "users",
        "CREATE TABLE %s (id int PRIMARY KEY, name text)",
        "INSERT INTO %s VALUES (2, 'b'), (3, 'c')");
    String third = api.commit("main", "third");

    // then
    oldCommitsAreThere();
    api.get("/tables/users/records/3?ref=" + third).body("name", equalTo("c"));
    api.get("/commits/diff?base=" + second + "&target=" + third)
        .body("total_inserts", equalTo(1))
        .body("total_deletes", equalTo(1))
        .body("total_updates", equalTo(0));

    // when
    api.delete("/tables/users?purge=true").statusCode(204);

    // then
    for (String commit : new String[] {first, second, third}) {
      api.get("/tables/users/records/2?ref=" + commit)
          .statusCode(410)
          .body("error", equalTo("HistoryPrunedError"))
          .body("message", containsString("versioned no more"));
    }
  }

  private void oldCommitsAreThere() {
    api.get("/tables/users/records/1?ref=" + first).body("name", equalTo("a"));
    api.get("/tables/users/records?ref=" + second).body("records", hasSize(2));
    api.post(
            "/query",
            "{\"sql\": \"SELECT name FROM users ORDER BY id\", \"ref\": \"" + second + "\"}")
        .body("rows[0][0]", equalTo("z"));
  }

  @Test
  void theNextCommitOfTheNamedBranchIsWithoutIt() {
    api.post("/branches", "{\"name\": \"work\"}").statusCode(201);
    api.delete("/tables/users?branch=nowhere").statusCode(404);

    api.delete("/tables/users?branch=work").statusCode(204);

    api.get("/status?branch=main").body("clean", equalTo(true));
    api.get("/status?branch=work").body("unstaged.table", hasSize(1));
    String without = api.commit("work", "without users");
    api.get("/commits/diff?base=" + second + "&target=" + without).body("tables.table", hasSize(1));
    api.get("/branches/main").body("head_commit_id", equalTo(second));
  }

  @Test
  void aDeletedRepositoryKeepsNothing() {
    api.delete("/tables/users").statusCode(204);
    api.delete("/repositories/" + api.repository()).statusCode(204);
    DatabasesForTests.shop(
        """
        DO $$
        BEGIN
          ASSERT NOT EXISTS (SELECT FROM epoch.archives WHERE repository = '%s');
        END
        $$
        """
            .formatted(api.repository()));
  }
}
