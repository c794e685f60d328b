package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
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
