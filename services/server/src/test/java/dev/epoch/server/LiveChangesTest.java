package dev.epoch.server;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.nullValue;

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

  @Test
  void migrationsOfALiveTableAreToldAndRecorded() {
    Api api = Api.inNewRepository("migrated");
    String table =
        api.register(
            "users",
            "CREATE TABLE %s (id integer PRIMARY KEY, name text NOT NULL)",
            "INSERT INTO %s VALUES (1, 'Alice')");
    String first = api.commit("main", "import");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);
    DatabasesForTests.shop(
        "ALTER TABLE " + table + " ADD tier text DEFAULT 'free'",
        "ALTER TABLE " + table + " RENAME name TO full_name");

    api.get("/status?branch=main")
        .body("clean", equalTo(false))
        .body("unstaged[0].table", equalTo("users"))
        .body("unstaged[0].inserted", equalTo(0))
        .body("unstaged[0].schema_changed", equalTo(true))
        .body(
            "unstaged[0].schema_changes",
            hasItems("+ column tier (text)", "~ column name -> full_name"));
    api.get("/tables/users/records/1?ref=main&working=true")
        .body("full_name", equalTo("Alice"))
        .body("tier", equalTo("free"));
    api.post(
            "/tables/users/records?branch=main",
            "{\"upsert\": [{\"id\": 2, \"full_name\": \"Bob\", \"tier\": \"gold\"}]}")
        .statusCode(200);
    String migrated = api.commit("main", "tiers");

    api.get("/status?branch=main").body("clean", equalTo(true));
    api.get("/commits/" + migrated)
        .body("tables[0].inserted", equalTo(1))
        .body("tables[0].schema_changed", equalTo(true));
    api.get("/tables/users/schema?ref=" + first)
        .body("columns.name", equalTo(List.of("id", "name")));
    api.get("/tables/users/schema?ref=main").body("columns.name", hasItems("full_name", "tier"));
    api.get("/tables/users/records/1?ref=" + first)
        .body("name", equalTo("Alice"))
        .body("tier", nullValue());
    api.post("/query", "{\"sql\": \"SELECT * FROM users\", \"ref\": \"" + first + "\"}")
        .statusCode(200)
        .body("columns.name", equalTo(List.of("id", "name")));
    api.get("/tables/users/records/1?ref=x").body("name", equalTo("Alice"));

    api.post("/branches/merge", "{\"source\": \"main\", \"target\": \"x\"}").statusCode(200);
    api.get("/tables/users/records/2?ref=x")
        .body("full_name", equalTo("Bob"))
        .body("tier", equalTo("gold"));
  }
}
