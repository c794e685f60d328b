package dev.epoch.server;

import io.restassured.RestAssured;
import io.restassured.config.LogConfig;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/** The API as one actor uses it in one repository. */
final class Api {
  /** What fails is shown; laying out all that is sent would take longer than what is tested. */
  private static final LogConfig AS_SENT =
      LogConfig.logConfig()
          .enableLoggingOfRequestAndResponseIfValidationFails()
          .enablePrettyPrinting(false);

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final String JSON = "application/json";
  private static final Duration LIMIT = Duration.ofSeconds(120);

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

  Answer get(String path) {
    return send("GET", path, null, null);
  }

  Answer post(String path, String body) {
    return post(path, JSON, body);
  }

  Answer post(String path, String contentType, String body) {
    return send("POST", path, contentType, body);
  }

  Answer post(String path) {
    return send("POST", path, null, null);
  }

  Answer patch(String path, String body) {
    return send("PATCH", path, JSON, body);
  }

  Answer delete(String path) {
    return send("DELETE", path, null, null);
  }

  /** As {@link #request} asks, at a fifth of its costs. */
  private Answer send(String method, String path, String contentType, String body) {
    String asked = "/api/v1" + path + (path.contains("?") ? "&" : "?") + "repository=" + repository;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + asked))
            .timeout(LIMIT)
            .header("X-User-Id", actor)
            .header("X-User-Name", "Jane Developer")
            .header("X-User-Email", "jane@example.com")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (body != null) {
      request.header("Content-Type", contentType);
    }
    try {
      return new Answer(
          "%s %s as %s%n%s".formatted(method, asked, actor, body == null ? "" : body),
          CLIENT.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
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
