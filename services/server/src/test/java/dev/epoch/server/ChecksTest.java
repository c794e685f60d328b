package dev.epoch.server;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queries that decide about commits and merges, and what is said about commits. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class ChecksTest {
  private Api api;

  @BeforeEach
  void aRepository() {
    api = Api.inNewRepository("checks");
    api.register(
        "orders",
        "CREATE TABLE %s (id int PRIMARY KEY, user_id int, total numeric)",
        "INSERT INTO %s VALUES (1, 7, 10)");
    api.register("users", "CREATE TABLE %s (id int PRIMARY KEY)", "INSERT INTO %s VALUES (7), (8)");
    api.commit("main", "import");
  }

  private static final String ORPHANS =
      "{\"name\": \"no orphan orders\", \"sql\": \"SELECT o.id, o.total FROM orders o LEFT JOIN users u ON u.id = o.user_id WHERE u.id IS NULL ORDER BY o.id\"%s}";

  private void check(String more) {
    api.post("/checks", ORPHANS.formatted(more)).statusCode(201);
  }

  private void order(String branch, int id, Integer user) {
    api.post(
            "/tables/orders/records?branch=" + branch,
            "{\"upsert\": [{\"id\": %d, \"user_id\": %s, \"total\": 2.50}]}".formatted(id, user))
        .statusCode(200);
  }

  private ValidatableResponse commit(String branch, String key) {
    return api.request()
        .header("Idempotency-Key", key)
        .contentType(ContentType.JSON)
        .body("{\"message\": \"m\", \"branch\": \"" + branch + "\"}")
        .post("/commits")
        .then();
  }

  @Test
  void aCommitIsRefusedWithTheFirstRowsUntilTheyAreRight() {
    // given
    check("");
    api.get("/checks").body("checks.name", equalTo(List.of("no orphan orders")));
    api.get("/checks/no%20orphan%20orders")
        .body("on", equalTo(List.of("commit", "merge")))
        .body("created_by", equalTo("Jane Developer"));
    for (String branch : List.of("main", "feature")) {
      if (branch.equals("feature")) {
        api.post("/branches", "{\"name\": \"feature\"}").statusCode(201);
      }
      String head = api.get("/branches/" + branch).extract().path("head_commit_id");
      order(branch, 20, 99);
      order(branch, 21, 98);

      // when, then
      for (int attempt = 0; attempt < 2; attempt++) {
        commit(branch, "key-" + branch)
            .statusCode(422)
            .body("error", equalTo("CheckFailedError"))
            .body("message", containsString("'no orphan orders' fails"))
            .body("details.check", equalTo("no orphan orders"))
            .body("details.columns", equalTo(List.of("id", "total")))
            .body("details.rows.toString()", equalTo("[[20, 2.5], [21, 2.5]]"));
      }
      api.get("/branches/" + branch).body("head_commit_id", equalTo(head));
      api.get("/status?branch=" + branch).body("unstaged[0].table", equalTo("orders"));
      api.post("/checks/run", "{\"ref\": \"" + branch + "\"}")
          .statusCode(200)
          .body("passes", equalTo(false))
          .body("checks[0].rows", hasSize(2));
      api.post("/checks/run", "{\"ref\": \"" + head + "\"}").body("passes", equalTo(true));

      // when
      order(branch, 20, branch.equals("main") ? 7 : 8);
      order(branch, 21, 8);

      // then
      commit(branch, "other-" + branch).statusCode(201);
    }
  }

  @Test
  void aMergeSeesWhatBothSidesMakeTogether() {
    // given
    check(", \"on\": [\"merge\"], \"branches\": [\"ma*\"]");
    api.post("/branches", "{\"name\": \"feature\", \"checkout\": false}").statusCode(201);
    order("feature", 2, 8);
    api.commit("feature", "an order of user 8");
    api.post("/tables/users/records?branch=main", "{\"delete\": [{\"id\": 8}]}").statusCode(200);
    String head = api.commit("main", "user 8 is gone");

    // when, then
    api.post("/branches/merge", "{\"source\": \"feature\", \"target\": \"main\"}")
        .statusCode(422)
        .body("error", equalTo("CheckFailedError"))
        .body("details.rows.toString()", equalTo("[[2, 2.5]]"));
    api.get("/branches/main").body("head_commit_id", equalTo(head));
    api.get("/tables/orders/records?working=true").body("records.id", equalTo(List.of(1)));
    api.post("/branches/merge", "{\"source\": \"main\", \"target\": \"feature\"}").statusCode(200);

    // when
    order("feature", 2, 7);
    api.commit("feature", "of user 7");

    // then
    api.post("/branches/merge", "{\"source\": \"feature\", \"target\": \"main\"}").statusCode(200);
    api.get("/tables/orders/records?ref=main").body("records.id", equalTo(List.of(1, 2)));
  }

  @Test
  void onlyAPromotionMeetsChecksOfPromotions() {
    // given
    check(", \"on\": [\"promotion\"]");
    api.post("/branches", "{\"name\": \"staging\", \"checkout\": false}").statusCode(201);
    order("main", 2, 99);
    api.commit("main", "an orphan");

    // when, then
    String merge = "{\"source\": \"main\", \"target\": \"staging\"%s}";
    api.post("/branches/merge", merge.formatted(", \"promotion\": true"))
        .statusCode(422)
        .body("details.check", equalTo("no orphan orders"));
    api.post("/branches/merge", merge.formatted("")).statusCode(200);
  }

  @Test
  void aCheckRunsOnlyWhenATableThatItWatchesChanges() {
    // given
    check(", \"tables\": [\"orders\"]");
    api.post("/tables/users/records", "{\"delete\": [{\"id\": 7}]}").statusCode(200);

    // when, then
    commit("main", "users").statusCode(201);
    order("main", 3, 8);
    commit("main", "orders").statusCode(422);

    // when
    api.delete("/checks/no%20orphan%20orders").statusCode(204);

    // then
    commit("main", "without").statusCode(201);
    api.get("/checks").body("checks", empty());
    api.get("/events?type=check-added").body("events[0].data.tables", equalTo(List.of("orders")));
    api.get("/events?type=check-removed").body("events", hasSize(1));
  }

  @Test
  void whatIsNoCheckIsRefused() {
    check("");
    api.post("/checks", ORPHANS.formatted(""))
        .statusCode(409)
        .body("error", equalTo("CheckAlreadyExistsError"));
    api.post("/checks", "{\"name\": \"c\", \"sql\": \"DELETE FROM orders\"}")
        .statusCode(422)
        .body("error", equalTo("QueryRefusedError"));
    api.post("/checks", "{\"name\": \"c\", \"sql\": \"SELECT nothing FROM orders\"}")
        .statusCode(422)
        .body("error", equalTo("QueryRefusedError"));
    api.post("/checks", "{\"name\": \"c\", \"sql\": \"SELECT 1\", \"on\": [\"push\"]}")
        .statusCode(422)
        .body("error", equalTo("ValidationError"));
    api.delete("/checks/none").statusCode(404).body("error", equalTo("CheckNotFoundError"));
    api.post("/checks/run", "{\"names\": [\"none\"]}").statusCode(404);
  }

  @Test
  void statusesOfACommitAreKeptByContext() {
    // given
    String commit = api.get("/branches/main").extract().path("head_commit_id");
    api.get("/commits/main/statuses").body("state", equalTo("pending")).body("statuses", empty());

    // when
    api.post("/commits/main/statuses", "{\"context\": \"ci\", \"state\": \"failure\"}")
        .statusCode(201);
    api.post(
            "/commits/" + commit.substring(0, 8) + "/statuses",
            "{\"context\": \"ci\", \"state\": \"success\", \"description\": \"all 12 pass\"}")
        .statusCode(201)
        .body("commit_id", equalTo(commit))
        .body("state", equalTo("success"));
    api.post("/commits/main/statuses", "{\"context\": \"bot\", \"state\": \"pending\"}")
        .statusCode(201);

    // then
    api.get("/commits/main/statuses")
        .body("state", equalTo("pending"))
        .body("statuses.context", equalTo(List.of("bot", "ci")))
        .body("statuses[1].description", equalTo("all 12 pass"))
        .body("statuses[1].actor", equalTo("jane"))
        .body("statuses[0].target_url", nullValue());
    api.get("/commits/main/statuses?context=ci&all=true")
        .body("statuses.state", equalTo(List.of("success", "failure")));
    api.post("/commits/main/statuses", "{\"context\": \"ci\", \"state\": \"green\"}")
        .statusCode(422);
    api.get("/events?type=commit-status-set").body("events", hasSize(3));

    // and who does not want the answer is not made to wait for it
    api.request()
        .contentType(ContentType.JSON)
        .header("Prefer", "return=minimal")
        .body("{\"context\": \"ci\", \"state\": \"failure\"}")
        .post("/commits/main/statuses")
        .then()
        .statusCode(201)
        .header("Preference-Applied", "return=minimal")
        .body(emptyString());
    api.get("/commits/main/statuses?context=ci").body("state", equalTo("failure"));
  }
}
