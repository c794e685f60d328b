package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A read model that cannot apply an event of one repository goes on with the others. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class ParkedProjectionTest {
  private static final long WAIT_NANOS = 120_000_000_000L;
  private static final String OVERLAYS = "overlay-tables";
  private static final String REFUSE =
      """
      CREATE OR REPLACE FUNCTION public.refuse_branch() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'no branches of %% here', NEW.repository;
      END $$
      """
          .replace("%%", "%");

  private Api parked;
  private Api other;

  @BeforeEach
  void twoRepositories() {
    parked = withTable("parked");
    other = withTable("other");
    DatabasesForTests.shop(
        REFUSE,
        "CREATE TRIGGER refuse BEFORE INSERT ON epoch.branches FOR EACH ROW"
            + " WHEN (NEW.repository = '%s') EXECUTE FUNCTION public.refuse_branch()"
                .formatted(parked.repository()));
  }

  @AfterEach
  void allGoesOn() {
    DatabasesForTests.shop("DROP FUNCTION public.refuse_branch CASCADE");
    act("retry", parked.repository()).statusCode(200);
    await(List.of());
  }

  @Test
  void itIsSeenTriedAgainSkippedAndBuiltAnewForOneRepository() {
    // when
    branch(parked, "one");
    await(List.of("parked"));
    branch(other, "two");

    // then the other repository goes on, and so does the server
    other.post("/tables/t/records?branch=two", "{\"upsert\": [{\"id\": 1}]}").statusCode(200);
    RestAssured.given()
        .get("/ready")
        .then()
        .statusCode(200)
        .body("ready", equalTo(true))
        .body("degraded", hasSize(1))
        .body("degraded[0].projection", equalTo("overlay-tables"))
        .body("degraded[0].repository", equalTo(parked.repository()))
        .body("degraded[0].state", equalTo("parked"));
    parked
        .get("/admin/projections")
        .body(overlay("state"), equalTo("parked"))
        .body(overlay("error"), containsString("no branches of " + parked.repository()));

    // when tried again and built anew in vain
    act("retry", parked.repository()).statusCode(200);
    await(List.of("parked"));
    rebuild(OVERLAYS, parked.repository()).statusCode(500);
    rebuild(OVERLAYS, "nothing")
        .statusCode(404)
        .body("error", equalTo("RepositoryNotInitializedError"));
    act("retry", "nothing").statusCode(404);
    rebuild(OVERLAYS, other.repository())
        .statusCode(200)
        .body("projections", hasSize(1))
        .body("projections[0].repository", equalTo(other.repository()))
        .body("projections[0].differences", empty());
    await(List.of("parked"));

    // when the event is left out
    act("skip", parked.repository()).statusCode(200);

    // then
    await(List.of());
    RestAssured.given().get("/ready").then().body("degraded", empty());

    // when it stops again, the cause is removed, and all is built anew
    branch(parked, "three");
    await(List.of("parked"));
    DatabasesForTests.shop("DROP TRIGGER refuse ON epoch.branches");
    parked
        .post("/admin/rebuild", "{\"projection\": \"overlay-tables\"}")
        .statusCode(200)
        .body("projections.repository", equalTo(List.of(parked.repository())));

    // then also what was left out is there
    await(List.of());
    for (String branch : List.of("one", "three")) {
      parked
          .post("/tables/t/records?branch=" + branch, "{\"upsert\": [{\"id\": 1}]}")
          .statusCode(200);
    }
  }

  @Test
  void tablesOfTheMetadataAreBuiltAnewForOneRepository() {
    rebuild(null, other.repository())
        .statusCode(200)
        .body("projections.repository", everyItem(equalTo(other.repository())))
        .body("projections.equal", everyItem(equalTo(true)))
        .body("projections.name", hasItem("history"));
    rebuild(null, "nothing").statusCode(404);
    parked
        .post("/admin/rebuild", "{\"repository\": \"" + other.repository() + "\"}")
        .statusCode(422);
  }

  private static Api withTable(String name) {
    Api api = Api.inNewRepository(name);
    api.register("t", "CREATE TABLE %s (id integer PRIMARY KEY)");
    api.commit("main", "first");
    return api;
  }

  private static void branch(Api api, String name) {
    api.post("/branches", "{\"name\": \"" + name + "\", \"checkout\": false}").statusCode(201);
  }

  private static ValidatableResponse rebuild(String projection, String repository) {
    return plain()
        .contentType(ContentType.JSON)
        .body(
            projection == null
                ? Map.of("repository", repository)
                : Map.of("projection", projection, "repository", repository))
        .post("/admin/rebuild")
        .then();
  }

  private static ValidatableResponse act(String action, String repository) {
    return plain()
        .queryParam("repository", repository)
        .post("/admin/projections/" + OVERLAYS + "/" + action)
        .then();
  }

  /** A request that names no repository. */
  private static RequestSpecification plain() {
    return RestAssured.given().basePath("/api/v1").header("X-User-Id", "jane");
  }

  private static String overlay(String property) {
    return "projections.find { it.name == 'overlay-tables' }." + property;
  }

  /** Waits until the read model stands still with these states, in this repository only. */
  private void await(List<String> states) {
    long deadline = System.nanoTime() + WAIT_NANOS;
    List<Map<String, Object>> found = List.of();
    do {
      assertThat(System.nanoTime()).as("%s, found %s", states, found).isLessThan(deadline);
      Answer answer = parked.get("/admin/projections").statusCode(200);
      found = answer.extract().path(overlay("repositories"));
    } while (!found.stream().map(stopped -> stopped.get("state")).toList().equals(states));
    assertThat(found)
        .allSatisfy(
            stopped -> assertThat(stopped.get("repository")).isEqualTo(parked.repository()));
  }
}
