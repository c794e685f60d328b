package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events, webhooks, hooks and protection are those of tables, on branches of catalogs too. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
@Timeout(60)
class CatalogRulesTest {
  private static final String YES = "{\"allow\": true}";
  private static final String NO = "{\"allow\": false, \"message\": \"Not on Sundays\"}";

  private final BlockingQueue<JsonNode> told = new LinkedBlockingQueue<>();
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private HttpServer receiver;
  private Api api;
  private String catalog;

  @BeforeEach
  void aCatalogWithAClass() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", this::receive);
    receiver.start();
    api = Api.inNewRepository("rules");
    catalog = "/databases/" + api.repository();
    post("jane", "/databases", "{\"id\": \"%s\", \"name\": \"R\"}".formatted(api.repository()))
        .statusCode(201);
    stage("jane", "main", "Chair");
    commit("jane", "main").statusCode(200);
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      told.add(new ObjectMapper().readTree(exchange.getRequestBody().readAllBytes()));
      byte[] answer =
          answers
              .getOrDefault(exchange.getRequestURI().getPath(), YES)
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private String url(String path) {
    return "http://127.0.0.1:" + receiver.getAddress().getPort() + path;
  }

  private static RequestSpecification as(String user) {
    return RestAssured.given().header("X-User-Id", user).contentType("application/json");
  }

  private static ValidatableResponse post(String user, String path, String body) {
    return as(user).body(body).post(path).then();
  }

  private void stage(String user, String branch, String name) {
    post(
            user,
            catalog + "/branches/" + branch + "/working-commit/schema/classes",
            "{\"name\": \"%s\", \"properties\": [], \"relationships\": [], \"derived\": []}"
                .formatted(name))
        .statusCode(201);
  }

  private ValidatableResponse commit(String user, String branch) {
    return post(
        user,
        catalog + "/branches/" + branch + "/working-commit/commit",
        "{\"message\": \"Classes\", \"author\": \"jane\"}");
  }

  private void branch(String name) {
    post(
            "jane",
            catalog + "/branches",
            "{\"id\": \"%1$s\", \"name\": \"%1$s\", \"parent_branch_id\": \"main-branch-id\"}"
                .formatted(name))
        .statusCode(201);
  }

  private ValidatableResponse merge(String user, String from, String into) {
    return post(
        user,
        catalog + "/branches/" + from + "/merge",
        "{\"target_branch_id\": \"%s\", \"author\": \"jane\"}".formatted(into));
  }

  private void protect(String pattern, String protection) {
    api.patch("/branches/" + pattern, "{\"protection\": " + protection + "}").statusCode(200);
  }

  @Test
  void subscribersAreToldOfCommitsOfTheBranchesThatTheyNamed() throws Exception {
    // given
    api.post(
            "/webhooks",
            "{\"url\": \"%s\", \"events\": [\"catalog-committed\"], \"branches\": [\"fe*\"]}"
                .formatted(url("/webhook")))
        .statusCode(201);
    branch("feature");

    // when
    stage("jane", "main", "Table");
    commit("jane", "main").statusCode(200);
    stage("jane", "feature", "Lamp");
    commit("jane", "feature").statusCode(200);

    // then
    JsonNode first = told.poll(20, TimeUnit.SECONDS);
    assertThat(first.path("type").asText()).isEqualTo("catalog-committed");
    assertThat(first.at("/data/branch").asText()).isEqualTo("feature");
    assertThat(first.at("/data/event/message").asText()).isEqualTo("Classes");
    assertThat(first.at("/data/event/classes").asInt()).isEqualTo(2);
    api.get("/events?type=catalog-committed")
        .body("events.branch", equalTo(List.of("main", "main", "feature")));
    api.get("/events?branch=feature")
        .body("events.branch", everyItem(equalTo("feature")))
        .body(
            "events.type",
            equalTo(
                List.of("catalog-branch-created", "catalog-working-changed", "catalog-committed")));
  }

  @ParameterizedTest
  @CsvSource({"pre-commit", "pre-merge", "pre-branch-delete"})
  void aHookForbidsWithItsMessage(String event) throws Exception {
    // given
    branch("feature");
    stage("jane", "feature", "Lamp");
    commit("jane", "feature").statusCode(200);
    stage("jane", "main", "Sofa");
    if (!event.equals("pre-commit")) {
      commit("jane", "main").statusCode(200);
    }
    api.post(
            "/hooks",
            "{\"name\": \"first\", \"event\": \"%s\", \"url\": \"%s\"}"
                .formatted(event, url("/first")))
        .statusCode(201);
    answers.put("/first", NO);

    // when
    ValidatableResponse refused = attempt(event);

    // then
    refused.statusCode(403).body("error", containsString("Not on Sundays"));
    JsonNode asked = told.poll(20, TimeUnit.SECONDS);
    assertThat(asked.at("/data/branch").asText())
        .isEqualTo(event.equals("pre-branch-delete") ? "feature" : "main");

    // when it is allowed
    answers.put("/first", YES);

    // then
    attempt(event).statusCode(200);
  }

  private ValidatableResponse attempt(String event) {
    return switch (event) {
      case "pre-commit" -> commit("jane", "main");
      case "pre-merge" -> merge("jane", "feature", "main");
      default -> delete("feature");
    };
  }

  private ValidatableResponse delete(String branch) {
    return post("jane", catalog + "/branches/" + branch + "/delete", "{\"force\": true}");
  }

  @Test
  void aProtectedBranchIsChangedByWhoMayAlone() {
    // given
    branch("prod");
    branch("feature");
    stage("jane", "feature", "Lamp");
    commit("jane", "feature").statusCode(200);
    protect("prod", "{\"committers\": [\"rob\"], \"mergers\": [\"rob\"], \"no_force_push\": true}");
    stage("jane", "prod", "Sofa");

    // then
    commit("jane", "prod")
        .statusCode(403)
        .body("error", containsString("Cannot commit to 'prod': the branch is protected"));
    commit("rob", "prod").statusCode(200);
    merge("jane", "feature", "prod")
        .statusCode(403)
        .body("error", containsString("not everybody may"));
    post("rob", catalog + "/branches/prod/rebase", "{\"target_branch_id\": \"feature\"}")
        .statusCode(403)
        .body("error", containsString("Cannot rebase 'prod'"));
    delete("prod").statusCode(403).body("error", containsString("Cannot delete 'prod'"));
    as("rob")
        .body("{\"name\": \"other\"}")
        .patch(catalog + "/branches/prod")
        .then()
        .statusCode(403)
        .body("error", containsString("Cannot rename 'prod'"));
    merge("rob", "feature", "prod").statusCode(200);

    // when it asks for reviews, which catalogs have not
    protect("prod", "{\"require_review\": true}");
    stage("jane", "feature", "Desk");
    commit("jane", "feature").statusCode(200);

    // then
    merge("rob", "feature", "prod")
        .statusCode(403)
        .body("error", containsString("commits of catalogs are not reviewed"));

    // when nothing is protected any more
    protect("prod", "null");

    // then
    merge("jane", "feature", "prod").statusCode(200);
    delete("prod").statusCode(200);
  }

  /** What a page can have a browser send without asking is refused, curl's is read. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, -, 201",
        "application/x-www-form-urlencoded, -, 201",
        "application/x-www-form-urlencoded, Origin: https://evil.example, 403",
        "application/x-www-form-urlencoded, Sec-Fetch-Site: cross-site, 403",
        "text/plain, Origin: https://evil.example, 403",
        "-, Referer: https://evil.example/page, 403",
        "text/plain, -, 403"
      })
  void formsOfOtherPagesAreRefused(String type, String header, int status) throws Exception {
    java.net.http.HttpRequest.Builder request =
        java.net.http.HttpRequest.newBuilder(
            java.net.URI.create(
                "http://localhost:"
                    + RestAssured.port
                    + catalog
                    + "/branches/main/working-commit/schema/classes"));
    if (type != null) {
      request.header("Content-Type", type);
    }
    if (header != null) {
      request.header(header.split(": ")[0], header.split(": ")[1]);
    }
    String body =
        "{\"name\": \"N%d\", \"properties\": [], \"relationships\": [], \"derived\": []}"
            .formatted(System.nanoTime());
    try (java.net.http.HttpClient client = java.net.http.HttpClient.newHttpClient()) {
      assertThat(
              client
                  .send(
                      request.POST(java.net.http.HttpRequest.BodyPublishers.ofString(body)).build(),
                      java.net.http.HttpResponse.BodyHandlers.ofString())
                  .statusCode())
          .isEqualTo(status);
    }
  }
}
