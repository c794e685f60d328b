package dev.epoch.server;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where branches have been, and who asked for what. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class HistoryTest {
  private Api api;

  @BeforeEach
  void aRegisteredTable() {
    api = Api.inNewRepository("history");
    api.register(
        "users",
        "CREATE TABLE %s (id int PRIMARY KEY, name text, email text)",
        "INSERT INTO %s VALUES (1, 'a')");
  }

  @Test
  void everyMoveOfAHeadIsKept() {
    // given
    String first = api.commit("main", "first");
    api.post("/branches", "{\"name\": \"dev\"}").statusCode(201);
    api.post("/tables/users/records?branch=dev", "{\"upsert\": [{\"id\": 1, \"name\": \"b\"}]}");
    String second = api.commit("dev", "second");
    api.post("/branches/merge", "{\"source\": \"dev\", \"target\": \"main\"}").statusCode(200);
    api.post("/branches/main/checkout").statusCode(200);
    api.patch("/branches/dev", "{\"name\": \"done\"}").statusCode(200);
    api.delete("/branches/done").statusCode(204);

    // then
    api.get("/reflog?branch=main")
        .statusCode(200)
        .body("entries.command", equalTo(List.of("fast_forward", "commit")))
        .body("entries.from", contains(equalTo(first), nullValue()))
        .body("entries.to", equalTo(List.of(second, first)))
        .body("entries[1].message", equalTo("first"))
        .body("entries[0].actor.id", equalTo("jane"))
        .body("next", nullValue());
    api.get("/reflog?branch=done")
        .body("entries.command", equalTo(List.of("branch delete", "commit", "branch create")))
        .body("entries.from", contains(equalTo(second), equalTo(first), nullValue()))
        .body("entries.branch", equalTo(List.of("done", "done", "done")));
    String next = api.get("/reflog?limit=4").body("entries", hasSize(4)).extract().path("next");
    api.get("/reflog?limit=4&after=" + next)
        .body("entries.to", equalTo(List.of(first)))
        .body("next", nullValue());
    api.get("/reflog?branch=dev").statusCode(404).body("error", equalTo("BranchNotFoundError"));
    api.get("/reflog?after=x").statusCode(422);
  }

  @Test
  void commitsTellWhoAskedForThem() {
    api.as("bob")
        .post(
            "/commits",
            "{\"message\": \"for Al\", \"branch\": \"main\", \"author_name\": \"Al\", \"author_email\": \"al@x\"}")
        .statusCode(201)
        .body("author_name", equalTo("Al"))
        .body("committer_name", equalTo("Jane Developer"))
        .body("actor", equalTo("bob"));

    api.get("/commits?actor=bob").body("total", equalTo(1));
    api.get("/commits?actor=al").body("total", equalTo(0));
    api.get("/commits?committer=jane%20dev").body("total", equalTo(1));
    api.get("/commits?committer=Al%20").body("total", equalTo(0));
    api.get("/commits?author=al%40x").body("total", equalTo(1));
  }

  @Test
  void aRecordTellsWhichCommitsChangedIt() {
    // given: first--second--------merge
    //             \-- (dev) email --/
    String first = api.commit("main", "first");
    api.post("/branches", "{\"name\": \"dev\", \"checkout\": false}").statusCode(201);
    write("dev", "{\"id\": 1, \"email\": \"a@x\"}");
    write("dev", "{\"id\": 3, \"name\": \"c\"}");
    String email = api.commit("dev", "email");
    write("main", "{\"id\": 1, \"name\": \"b\"}");
    String second = api.commit("main", "second");
    String merge =
        api.post("/branches/merge", "{\"source\": \"dev\", \"target\": \"main\"}")
            .statusCode(200)
            .extract()
            .path("result_commit_id");
    write("main", "{\"id\": 2, \"name\": \"other\"}");
    api.commit("main", "not about it");

    // then
    api.get("/tables/users/records/1/history?ref=main")
        .statusCode(200)
        .body("changes.commit.id", containsInAnyOrder(merge, email, second, first))
        .body("changes[0].commit.id", equalTo(merge))
        .body("changes[0].type", equalTo("update"))
        .body("changes[0].fields", equalTo(List.of("email")))
        .body("changes[0].before.email", nullValue())
        .body("changes[0].after.email", equalTo("a@x"))
        .body("changes[3].type", equalTo("insert"))
        .body("changes[3].before", nullValue())
        .body("next", nullValue());
    api.get("/tables/users/records/3/history?ref=main")
        .body("changes.commit.id", equalTo(List.of(email)));
    String next = api.get("/tables/users/records/1/history?limit=3").extract().path("next");
    api.get("/tables/users/records/1/history?limit=3&after=" + next)
        .body("changes.commit.id", equalTo(List.of(first)))
        .body("next", nullValue());
    api.get("/tables/users/records/1/blame")
        .body("key.id", equalTo(1))
        .body("fields.name", equalTo(List.of("id", "name", "email")))
        .body("fields.value", equalTo(List.of(1, "b", "a@x")))
        .body("fields.commit.id", equalTo(List.of(first, second, email)))
        .body("fields[1].commit.actor", equalTo("jane"));

    // when it is gone
    api.post("/tables/users/records", "{\"delete\": [{\"id\": 1}]}").statusCode(200);
    String deleted = api.commit("main", "deleted");

    // then
    api.get("/tables/users/records/1/history")
        .body("changes[0].commit.id", equalTo(deleted))
        .body("changes[0].type", equalTo("delete"))
        .body("changes[0].after", nullValue());
    api.get("/tables/users/records/1/blame").statusCode(404);
    api.get("/tables/users/records/1/blame?ref=HEAD~1").statusCode(200);
    api.get("/tables/users/records/99/history")
        .statusCode(404)
        .body("error", equalTo("RecordNotFoundError"));
    api.get("/tables/nothing/records/1/history").statusCode(404);
  }

  private void write(String branch, String record) {
    api.post("/tables/users/records?branch=" + branch, "{\"upsert\": [" + record + "]}")
        .statusCode(200);
  }
}
