package dev.epoch.server;

import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The API at another prefix, as EPOCH_API_PREFIX puts it. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
@TestProfile(ApiPrefixTest.OtherPrefix.class)
class ApiPrefixTest {

  /** The setting. */
  public static class OtherPrefix implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("epoch.api.prefix", "/data/v7/");
    }
  }

  @Test
  void requestsReachIt() {
    RestAssured.given()
        .contentType(ContentType.JSON)
        .body("{\"name\": \"elsewhere\"}")
        .post("/data/v7/repositories")
        .then()
        .statusCode(201);
    RestAssured.given()
        .urlEncodingEnabled(false)
        .contentType(ContentType.JSON)
        .body("{\"name\": \"feature/x\"}")
        .post("/data/v7/branches?repository=elsewhere")
        .then()
        .statusCode(201);
    RestAssured.given()
        .urlEncodingEnabled(false)
        .get("/data/v7/branches/feature%2Fx?repository=elsewhere")
        .then()
        .statusCode(200)
        .body("name", equalTo("feature/x"));
    RestAssured.get("/").then().body("api_prefix", equalTo("/data/v7"));
    RestAssured.get("/data/v70/branches").then().statusCode(404);
  }
}
