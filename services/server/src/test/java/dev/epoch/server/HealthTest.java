package dev.epoch.server;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
class HealthTest {

  @Test
  void answersThatItIsUp() {
    given().when().get("/health").then().statusCode(200).body("status", equalTo("UP"));
  }

  @Test
  void answersThatItIsReady() {
    given().when().get("/ready").then().statusCode(200).body("status", equalTo("UP"));
  }

  @Test
  void describesItself() {
    given().when().get("/openapi.json").then().statusCode(200).body("info.title", equalTo("Epoch"));
    given().when().get("/docs/").then().statusCode(200);
    given().when().get("/metrics").then().statusCode(200);
  }
}
