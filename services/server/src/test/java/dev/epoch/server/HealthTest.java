package dev.epoch.server;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class HealthTest {

  @Test
  void answersThatItIsHealthy() {
    given()
        .get("/health")
        .then()
        .statusCode(200)
        .body("status", equalTo("healthy"))
        .body("version", notNullValue())
        .body("connected", equalTo(true));
  }

  @Test
  void answersThatItIsReady() {
    given()
        .get("/ready")
        .then()
        .statusCode(200)
        .body("ready", equalTo(true))
        .body("metadata_connected", equalTo(true));
  }

  @Test
  void describesItself() {
    given()
        .get("/")
        .then()
        .statusCode(200)
        .body("name", equalTo("Epoch API"))
        .body("api_prefix", equalTo("/api/v1"))
        .body("docs", equalTo("/docs"));
    given().get("/openapi.json").then().statusCode(200).body("info.title", equalTo("Epoch"));
    given().get("/docs").then().statusCode(200).body(containsString("swagger"));
    given().get("/metrics").then().statusCode(200);
  }
}
