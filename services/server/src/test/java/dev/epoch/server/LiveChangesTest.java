package dev.epoch.server;

import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Merges into tables that applications have written since the last commit. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class LiveChangesTest {

  @Test
  void liveChangesAreCommittedBelowAMergeUnlessTheyAreToRefuseIt() {
    Api api = Api.inNewRepository("live");
    String table =
        api.register(
            "users",
            "CREATE TABLE %s (id integer PRIMARY KEY, name text NOT NULL, email text)",
            "INSERT INTO %s VALUES (1, 'Alice', 'alice@example.com')");
    String base = api.commit("main", "import");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);
    api.post("/tables/users/records?branch=x", "{\"upsert\": [{\"id\": 1, \"name\": \"X\"}]}");
    api.commit("x", "on x");
    DatabasesForTests.shop("UPDATE " + table + " SET email = 'live' WHERE id = 1");

    String merge = "{\"source\": \"x\", \"target\": \"main\"%s}";
    api.post("/branches/merge", merge.formatted(", \"live_changes\": \"refuse\""))
        .statusCode(409)
        .body("error", equalTo("UncommittedChangesError"))
        .body("details.tables", equalTo(List.of("users")));
    api.post("/branches/merge", merge.formatted(", \"live_changes\": \"keep\"")).statusCode(422);
    api.patch("/repositories/" + api.repository(), "{\"live_changes\": \"refuse\"}")
        .statusCode(200)
        .body("live_changes", equalTo("refuse"))
        .body("live_commits.policy", equalTo("off"));
    api.post("/branches/merge", merge.formatted("")).statusCode(409);
    api.patch("/repositories/" + api.repository(), "{\"live_commits\": {\"policy\": \"interval\"}}")
        .statusCode(422);

    String live =
        api.post("/branches/merge", merge.formatted(", \"live_changes\": \"commit\""))
            .statusCode(200)
            .body("is_fast_forward", equalTo(false))
            .extract()
            .path("live_commit");
    api.get("/commits/" + live)
        .body("parents", equalTo(List.of(base)))
        .body("author_name", equalTo("Epoch live changes"))
        .body("message", equalTo("Live changes before merging x"));
    api.get("/tables/users/records/1?ref=" + live)
        .body("name", equalTo("Alice"))
        .body("email", equalTo("live"));
    api.get("/tables/users/records/1?ref=main")
        .body("name", equalTo("X"))
        .body("email", equalTo("live"));
  }
}
