package dev.epoch.server;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tags over REST: names of commits that stay, refs wherever a ref is taken. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class TagsTest {
  private Api api;

  @BeforeEach
  void aRepository() {
    api = Api.inNewRepository("tags");
  }

  @Test
  void aTagIsARefEverywhere() {
    // given
    api.post("/tags", "{\"name\": \"v0\"}")
        .statusCode(404)
        .body("error", equalTo("CommitNotFoundError"));
    api.register(
        "users",
        "CREATE TABLE %s (id int PRIMARY KEY, name text)",
        "INSERT INTO %s VALUES (1, 'a')");
    String first = api.commit("main", "first");
    api.post("/tags", "{\"name\": \"v1.0\", \"message\": \"Release 1.0\"}")
        .statusCode(201)
        .body("name", equalTo("v1.0"))
        .body("commit_id", equalTo(first))
        .body("message", equalTo("Release 1.0"))
        .body("author_name", equalTo("Jane Developer"))
        .body("author_email", equalTo("jane@example.com"))
        .body("created_at", notNullValue());
    api.post("/tables/users/records", "{\"upsert\": [{\"id\": 1, \"name\": \"b\"}]}");
    String second = api.commit("main", "second");
    api.post("/tags", "{\"name\": \"release/2\", \"target\": \"HEAD\"}")
        .statusCode(201)
        .body("message", nullValue());

    // then
    api.get("/tags").body("tags.name", equalTo(List.of("release/2", "v1.0")));
    api.get("/tags?pattern=v*").body("tags.commit_id", equalTo(List.of(first)));
    api.get("/tags/release%2F2").body("commit_id", equalTo(second));
    api.get("/commits/v1.0").body("message", equalTo("first"));
    api.get("/commits?ref=v1.0..release%2F2").body("commits.id", equalTo(List.of(second)));
    api.get("/commits/diff?base=v1.0&target=main").body("total_updates", equalTo(1));
    api.get("/diff/users?base=v1.0&target=release%2F2").body("changes", hasSize(1));
    api.get("/tables/users/records/1?ref=v1.0").body("name", equalTo("a"));
    api.get("/tables/users/records/1?ref=release%2F2~1").body("name", equalTo("a"));
    api.get("/snapshots?ref=v1.0").statusCode(200);
    api.post("/query", "{\"sql\": \"SELECT name FROM users\", \"ref\": \"v1.0\"}")
        .body("rows[0][0]", equalTo("a"));
    api.post("/branches", "{\"name\": \"old\", \"start_point\": \"v1.0\"}")
        .statusCode(201)
        .body("head_commit_id", equalTo(first));
    api.get("/branches/compare?source=v1.0&target=main").body("behind_count", equalTo(1));
    api.post("/branches/merge", "{\"source\": \"release/2\", \"target\": \"old\"}")
        .statusCode(200)
        .body("is_fast_forward", equalTo(true));
    api.get("/events?type=tag-created")
        .body("events.data.name", equalTo(List.of("v1.0", "release/2")));
  }

  @Test
  void namesOfTagsAndBranchesDoNotMeet() {
    api.register("users", "CREATE TABLE %s (id int PRIMARY KEY)", "INSERT INTO %s VALUES (1)");
    String first = api.commit("main", "first");
    api.post("/tags", "{\"name\": \"main\"}")
        .statusCode(409)
        .body("error", equalTo("TagAlreadyExistsError"))
        .body("message", containsString("A branch is called 'main'"));
    api.post("/tags", "{\"name\": \"v1\"}").statusCode(201);
    api.post("/tags", "{\"name\": \"v1\"}")
        .statusCode(409)
        .body("details.remedy", containsString("force"));
    api.post("/branches", "{\"name\": \"v1\"}")
        .statusCode(409)
        .body("error", equalTo("BranchAlreadyExistsError"));
    api.post("/tags", "{\"name\": \"v..1\"}").statusCode(422);
    api.post("/tables/users/records", "{\"upsert\": [{\"id\": 2}]}");
    String second = api.commit("main", "second");
    api.post("/tags", "{\"name\": \"v1\", \"force\": true}")
        .statusCode(201)
        .body("commit_id", equalTo(second));
    api.get("/events?type=tag-created").body("events[1].data.former", equalTo(first));

    api.delete("/tags/v1").statusCode(204);

    api.delete("/tags/v1").statusCode(404).body("error", equalTo("TagNotFoundError"));
    api.get("/tags/v1").statusCode(404);
    api.get("/commits/v1").statusCode(404);
  }

  @Test
  void aRepeatedRequestIsAnsweredAlike() {
    api.register("users", "CREATE TABLE %s (id int PRIMARY KEY)", "INSERT INTO %s VALUES (1)");
    String first = api.commit("main", "first");
    for (int i = 0; i < 2; i++) {
      api.request()
          .header("Idempotency-Key", "same")
          .contentType("application/json")
          .body("{\"name\": \"v1\", \"message\": \"m\"}")
          .post("/tags")
          .then()
          .statusCode(201)
          .body("commit_id", equalTo(first))
          .body("message", equalTo("m"));
    }
    api.delete("/tags/v1").statusCode(204);
    api.request()
        .header("Idempotency-Key", "same")
        .contentType("application/json")
        .body("{\"name\": \"v1\", \"message\": \"m\"}")
        .post("/tags")
        .then()
        .statusCode(201)
        .body("commit_id", equalTo(first));
    api.get("/tags").body("tags", hasSize(0));
  }
}
