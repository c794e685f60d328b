package dev.epoch.server.hostile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/** Requests to the server under test, as one actor in one repository. Every answer is checked. */
final class Client {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String repository;
  private final String name;
  private final String email;

  private Client(String repository, String name, String email) {
    this.repository = repository;
    this.name = name;
    this.email = email;
  }

  static Client of(String repository) {
    return new Client(repository, "Jane", "jane@example.com");
  }

  /** In a new repository. */
  static Client inNewRepository(String prefix) {
    Client client = of(prefix + "-" + UUID.randomUUID().toString().substring(0, 8));
    client.post("/repositories", object().put("name", client.repository)).expect(201);
    return client;
  }

  Client author(String otherName, String otherEmail) {
    return new Client(repository, otherName, otherEmail);
  }

  String repository() {
    return repository;
  }

  static ObjectNode object() {
    return Answer.JSON.createObjectNode();
  }

  static ArrayNode array() {
    return Answer.JSON.createArrayNode();
  }

  /** As part of a path or a query. Halves of surrogate pairs become question marks. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** As part of an address, cut to what fits into the first line of a request. */
  static String address(String text) {
    return encoded(text.substring(0, Math.min(1_000, text.length())));
  }

  Answer get(String path) {
    return send("GET", path, null).checked();
  }

  Answer delete(String path) {
    return send("DELETE", path, null).checked();
  }

  Answer post(String path, JsonNode body) {
    return send("POST", path, body).checked();
  }

  /** The answer, whatever it is. */
  Answer send(String method, String path, JsonNode body) {
    String query = (path.indexOf('?') < 0 ? "?" : "&") + "repository=" + encoded(repository);
    URI uri = URI.create("http://localhost:" + RestAssured.port + "/api/v1" + path + query);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(60))
            .header("X-User-Id", "jane")
            .header("X-User-Name", encoded(name))
            .header("X-User-Email", encoded(email))
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(ascii(body)))
            .build();
    try {
      HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
      return new Answer(method + " " + path + " " + body, response.statusCode(), response.body());
    } catch (IOException broken) {
      throw new AssertionError(method + " " + path + " was not answered", broken);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  /** JSON in which what is not ASCII is escaped, so that halves of surrogate pairs arrive too. */
  private static String ascii(JsonNode body) {
    try {
      return Answer.JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(body);
    } catch (JsonProcessingException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
