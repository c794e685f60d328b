package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every request may carry: who asks, which command it is, how new the answer must be. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class RequestHeadersTest {
  private Api api;

  @BeforeEach
  void aRepositoryWithACommit() {
    api = Api.inNewRepository("headers");
    api.register("t", "CREATE TABLE %s (id integer PRIMARY KEY)", "INSERT INTO %s VALUES (1)");
  }

  private ValidatableResponse post(String key, String path, String body) {
    return api.request()
        .header("Idempotency-Key", key)
        .contentType(ContentType.JSON)
        .body(body)
        .post(path)
        .then();
  }

  @Test
  void aCommandIsDoneOnceAndAnsweredAlike() {
    String commit = "{\"message\": \"once\"}";

    String first = post("k1", "/commits", commit).statusCode(201).extract().path("id");
    String again = post("k1", "/commits", commit).statusCode(201).extract().path("id");

    assertThat(again).isEqualTo(first);
    api.get("/commits").body("total", equalTo(1));
    post("k2", "/commits", commit).statusCode(422);
    post("k2", "/commits", commit).statusCode(422).body("error", equalTo("NothingToCommitError"));
    String branch = "{\"name\": \"b\"}";
    post("k3", "/branches", branch).statusCode(201);
    post("k3", "/branches", branch).statusCode(201);
    post("k4", "/branches", branch).statusCode(409);
  }

  @Test
  void aKeyBelongsToOneRequest() {
    String body = "{\"name\": \"b\"}";
    post("k", "/branches", body).statusCode(201);

    refusedAsReused(post("k", "/branches", "{\"name\": \"c\"}"));
    refusedAsReused(post("k", "/branches?x=1", body));
    refusedAsReused(post("k", "/commits", "{\"message\": \"m\"}"));
    refusedAsReused(api.request().header("Idempotency-Key", "k").delete("/branches/b").then());
    refusedAsReused(
        api.as("joe")
            .request()
            .header("Idempotency-Key", "k")
            .contentType(ContentType.JSON)
            .body(body)
            .post("/branches")
            .then());
    post("k", "/branches", body).statusCode(201);
    api.get("/branches").body("branches.name", containsInAnyOrder("main", "b"));

    // what was refused is somebody's too
    post("r", "/branches", body).statusCode(409);
    post("r", "/branches", body).statusCode(409);
    refusedAsReused(post("r", "/branches", "{\"name\": \"c\"}"));
    // and what is deleted once is not deleted again
    api.post("/branches", "{\"name\": \"d\"}").statusCode(201);
    api.request().header("Idempotency-Key", "x").delete("/branches/b").then().statusCode(204);
    refusedAsReused(api.request().header("Idempotency-Key", "x").delete("/branches/d").then());
    api.get("/branches").body("branches.name", containsInAnyOrder("main", "d"));
  }

  private static void refusedAsReused(ValidatableResponse answer) {
    answer.statusCode(422).body("error", equalTo("IdempotencyKeyReusedError"));
  }

  @Test
  void recordsAreWrittenOnceToo() {
    api.commit("main", "import");
    api.post("/branches", "{\"name\": \"b\"}").statusCode(201);
    api.register("v", "CREATE TABLE %s (id integer PRIMARY KEY, n integer)");
    for (String branch : List.of("main", "b")) {
      String path =
          branch.equals("main") ? "/tables/v/records?branch=main" : "/tables/t/records?branch=b";
      String first =
          branch.equals("main")
              ? "{\"upsert\": [{\"id\": 1, \"n\": 111}]}"
              : "{\"upsert\": [{\"id\": 111}]}";
      String between =
          branch.equals("main")
              ? "{\"upsert\": [{\"id\": 1, \"n\": 222}]}"
              : "{\"delete\": [{\"id\": 111}]}";
      String key = "w-" + branch;

      post(key, path, first).statusCode(200).body("inserted", equalTo(1));
      api.post(path, between).statusCode(200);
      post(key, path, first).statusCode(200).body("inserted", equalTo(1));
      refusedAsReused(post(key, path, between));

      String rows = path.replace("branch=", "working=true&ref=");
      if (branch.equals("main")) {
        api.get(rows).body("records.n", equalTo(List.of(222)));
      } else {
        api.get(rows).body("records.id", equalTo(List.of(1)));
      }
    }
    // a refused write leaves its key free
    post("free", "/tables/v/records?branch=main", "{\"upsert\": [{\"n\": 1}]}").statusCode(422);
    post("free", "/tables/v/records?branch=main", "{\"upsert\": [{\"id\": 5}]}").statusCode(200);
    // nor may it be the key of a command
    post("c", "/branches", "{\"name\": \"c\"}").statusCode(201);
    refusedAsReused(post("c", "/tables/v/records?branch=main", "{\"upsert\": [{\"id\": 6}]}"));
    // lines are read to their end before their key is looked up
    String lines = "{\"op\": \"upsert\", \"record\": {\"id\": 7}}\n";
    for (int i = 0; i < 2; i++) {
      api.request()
          .header("Idempotency-Key", "l")
          .contentType("application/x-ndjson")
          .body(lines.getBytes(StandardCharsets.UTF_8))
          .post("/tables/v/records?branch=main")
          .then()
          .statusCode(200)
          .body("inserted", equalTo(1));
    }
  }

  @Test
  void aRepositoryIsCreatedOnce() {
    String body = "{\"name\": \"" + api.repository() + "-twin\", \"description\": \"d\"}";

    post("r1", "/repositories", body).statusCode(201).body("description", equalTo("d"));
    post("r1", "/repositories", body).statusCode(201).body("description", equalTo("d"));
    post("r2", "/repositories", body)
        .statusCode(409)
        .body("error", equalTo("RepositoryAlreadyExistsError"));
  }

  @Test
  void aReadWaitsForThePositionThatACommandToldOf() {
    String position =
        api.post("/branches", "{\"name\": \"b\"}")
            .statusCode(201)
            .extract()
            .header("X-Epoch-Position");

    reading(position).statusCode(200).body("branches.size()", equalTo(2));
    // another repository moves the log on; this one has nothing up to there
    String later =
        Api.inNewRepository("noise")
            .post("/branches", "{\"name\": \"x\"}")
            .extract()
            .header("X-Epoch-Position");
    reading(later).statusCode(200);
  }

  @Test
  void aPositionThatDoesNotComeIsRefusedAfterAWhile() {
    reading("999999999")
        .statusCode(503)
        .header("Retry-After", equalTo("1"))
        .body("error", equalTo("NotReadyError"));
  }

  private ValidatableResponse reading(String position) {
    return api.request().header("X-Epoch-Min-Position", position).get("/branches").then();
  }

  @Test
  void theActorIsWhoeverTheHeadersName() {
    RestAssured.given()
        .header("X-User-Name", "J%C3%BCrgen")
        .header("X-User-Email", "j@x")
        .contentType(ContentType.JSON)
        .body("{\"message\": \"hello\"}")
        .post("/api/v1/commits?repository=" + api.repository())
        .then()
        .statusCode(201)
        .body("author_name", equalTo("Jürgen"))
        .body("author_email", equalTo("j@x"));

    api.get("/events?type=commit-created").body("events[0].actor.id", equalTo("j@x"));
  }

  @Test
  void aRepositoryThatIsOpenedNeedNoBeNamed() {
    String actor = "opener-" + api.repository();
    RestAssured.given()
        .header("X-User-Id", actor)
        .post("/api/v1/repositories/" + api.repository() + "/open")
        .then()
        .statusCode(200)
        .body("name", equalTo(api.repository()))
        .body("default_branch", equalTo("main"));

    RestAssured.given()
        .header("X-User-Id", actor)
        .get("/ready")
        .then()
        .body("repository", equalTo(api.repository()));
    RestAssured.given()
        .header("X-User-Id", actor)
        .get("/api/v1/repositories/tables")
        .then()
        .body("", equalTo(java.util.List.of("t")));
  }
}
