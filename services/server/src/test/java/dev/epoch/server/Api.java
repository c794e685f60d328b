package dev.epoch.server;

import io.restassured.RestAssured;
import io.restassured.config.LogConfig;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** The API as one actor uses it in one repository. */
final class Api {
  /** What fails is shown; laying out all that is sent would take longer than what is tested. */
  private static final LogConfig AS_SENT =
      LogConfig.logConfig()
          .enableLoggingOfRequestAndResponseIfValidationFails()
          .enablePrettyPrinting(false);

  private final String repository;
  private final String actor;

  private Api(String repository, String actor) {
    this.repository = repository;
    this.actor = actor;
  }

  /** In a new repository. */
  static Api inNewRepository(String prefix) {
    String name = prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    Api api = new Api(name, "jane");
    api.post("/repositories", "{\"name\": \"" + name + "\"}").statusCode(201);
    return api;
  }

  Api as(String otherActor) {
    return new Api(repository, otherActor);
  }

  String repository() {
    return repository;
  }

  /** A request that names the repository, the actor, and nothing else. */
  RequestSpecification request() {
    return RestAssured.given()
        .config(RestAssured.config().logConfig(AS_SENT))
        .urlEncodingEnabled(false)
        .basePath("/api/v1")
        .header("X-User-Id", actor)
        .header("X-User-Name", "Jane Developer")
        .header("X-User-Email", "jane@example.com")
        .queryParam("repository", repository);
  }

  ValidatableResponse get(String path) {
    return request().get(path).then();
  }

  ValidatableResponse post(String path, String body) {
    return request().contentType(ContentType.JSON).body(body).post(path).then();
  }

  ValidatableResponse post(String path) {
    return request().post(path).then();
  }

  ValidatableResponse patch(String path, String body) {
    return request().contentType(ContentType.JSON).body(body).patch(path).then();
  }

  ValidatableResponse delete(String path) {
    return request().delete(path).then();
  }

  /**
   * Makes a table with these statements and registers it; its name stands in them as {@code %s}.
   */
  String register(String name, String... statements) {
    String table = name + "_" + UUID.randomUUID().toString().substring(0, 8);
    for (String statement : statements) {
      DatabasesForTests.shop(statement.formatted(table));
    }
    post(
            "/tables",
            "{\"name\": \"%s\", \"location\": \"%s\"}"
                .formatted(name, DatabasesForTests.location("public." + table)))
        .statusCode(201);
    return table;
  }

  String commit(String branch, String message) {
    return post("/commits", "{\"message\": \"" + message + "\", \"branch\": \"" + branch + "\"}")
        .statusCode(201)
        .extract()
        .path("id");
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
