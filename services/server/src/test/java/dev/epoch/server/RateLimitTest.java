package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests a minute: one too many is refused, and others are not. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
@TestProfile(RateLimitTest.Limits.class)
class RateLimitTest {
  private static final String KEYS = "/api/v1/auth/keys";

  /** Off unless they are set. */
  public static class Limits implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("epoch.api.rate-limit", "30", "epoch.api.rate-limit-address", "20");
    }
  }

  private static RequestSpecification with(String key) {
    return RestAssured.given().header("Authorization", "Bearer " + key);
  }

  private static Response firstRefused(RequestSpecification request, int limit) {
    int answered = 0;
    while (true) {
      Response answer = RestAssured.given().spec(request).get("/api/v1/auth/whoami");
      if (answer.statusCode() == 429) {
        // a bucket is filled while it is emptied
        assertThat(answered).isBetween(limit / 2, limit + 5);
        return answer;
      }
      answered++;
      assertThat(answered).isLessThan(10 * limit);
    }
  }

  @Test
  void aKeyHasItsOwnLimitAndWrongOnesThatOfTheirAddress() {
    String key =
        RestAssured.given()
            .contentType(ContentType.JSON)
            .body("{\"name\": \"root\"}")
            .post(KEYS)
            .then()
            .statusCode(201)
            .header("X-RateLimit-Limit", equalTo("20"))
            .extract()
            .path("key");

    // when somebody tries keys, then they are refused for their address
    firstRefused(with(key + "x"), 20)
        .then()
        .header("X-RateLimit-Limit", equalTo("20"))
        .header("X-RateLimit-Remaining", equalTo("0"))
        .body("error", equalTo("RateLimitError"))
        .body("details.remedy", containsString("second"));
    RestAssured.get("/api/v1/auth/whoami").then().statusCode(429);

    // and whoever has a key is not
    Response first = with(key).get("/api/v1/auth/whoami");
    first.then().statusCode(200).header("X-RateLimit-Limit", equalTo("30"));
    assertThat(Long.parseLong(first.header("X-RateLimit-Remaining"))).isBetween(28L, 29L);
    long now = Instant.now().getEpochSecond();
    assertThat(Long.parseLong(first.header("X-RateLimit-Reset"))).isBetween(now - 5, now + 65);
    // what is expensive counts more
    Response query = with(key).contentType(ContentType.JSON).body("{}").post("/api/v1/query");
    assertThat(Long.parseLong(query.header("X-RateLimit-Remaining"))).isLessThan(20L);
    Response refused = firstRefused(with(key), 18);
    assertThat(Long.parseLong(refused.header("Retry-After"))).isBetween(1L, 60L);
    // whether the server is there is told to everybody
    RestAssured.get("/health").then().statusCode(200).header("X-RateLimit-Limit", nullValue());

    // and it comes back
    long until = System.nanoTime() + 60_000_000_000L;
    while (with(key).delete(KEYS + "/root").statusCode() != 204) {
      assertThat(System.nanoTime()).isLessThan(until);
    }
  }
}
