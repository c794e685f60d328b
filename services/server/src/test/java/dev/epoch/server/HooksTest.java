package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.epoch.webhooks.secret.WebhookSecret;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hooks as clients of the API and as their receivers see them. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
@Timeout(60)
class HooksTest {
  private static final String YES = "{\"allow\": true}";
  private static final String NO = "{\"allow\": false, \"message\": \"Not on %s\"}";

  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private HttpServer receiver;
  private Api api;

  private record Asked(String path, String id, String timestamp, String signature, String body) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(body);
    }
  }

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", this::receive);
    receiver.start();
    api = Api.inNewRepository("hooks");
    api.register(
        "users",
        "CREATE TABLE %s (id int PRIMARY KEY, name text)",
        "INSERT INTO %s VALUES (1, 'a')");
    api.commit("main", "import");
    api.post("/branches", "{\"name\": \"dev\", \"checkout\": false}").statusCode(201);
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      asked.add(
          new Asked(
              path,
              exchange.getRequestHeaders().getFirst("webhook-id"),
              exchange.getRequestHeaders().getFirst("webhook-timestamp"),
              exchange.getRequestHeaders().getFirst("webhook-signature"),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      byte[] answer = answers.getOrDefault(path, YES).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private String hook(String name, String event, String more) {
    return api.post(
            "/hooks",
            "{\"name\": \"%s\", \"event\": \"%s\", \"url\": \"http://127.0.0.1:%d/%s\"%s}"
                .formatted(name, event, receiver.getAddress().getPort(), name, more))
        .statusCode(201)
        .body("secret", startsWith("whsec_"))
        .extract()
        .path("secret");
  }

  private void user(String branch, int id) {
    api.post(
            "/tables/users/records?branch=" + branch,
            "{\"upsert\": [{\"id\": %d, \"name\": \"x\"}]}".formatted(id))
        .statusCode(200);
  }

  private ValidatableResponse commit(String branch, String key) {
    return api.request()
        .header("Idempotency-Key", key)
        .contentType(ContentType.JSON)
        .body("{\"message\": \"m\", \"branch\": \"" + branch + "\"}")
        .post("/commits")
        .then();
  }

  private List<String> paths() {
    return asked.stream().map(Asked::path).toList();
  }

  @Test
  void aCommitIsForbiddenWithTheMessageAndAskedAboutOnce() throws Exception {
    // given
    String secret = hook("first", "pre-commit", "");
    hook("second", "pre-commit", ", \"branches\": [\"de*\"]");
    hook("elsewhere", "pre-commit", ", \"branches\": [\"main\"]");
    api.get("/hooks").body("hooks.name", equalTo(List.of("first", "second", "elsewhere")));
    answers.put("/second", NO.formatted("Sundays"));
    user("dev", 2);

    // when
    for (int attempt = 0; attempt < 2; attempt++) {
      commit("dev", "k1")
          .statusCode(403)
          .body("error", equalTo("HookVetoError"))
          .body("message", equalTo("Not on Sundays"))
          .body("details.hook", equalTo("second"));
    }

    // then
    assertThat(paths()).containsExactly("/first", "/second");
    Asked first = asked.getFirst();
    assertThat(first.signature())
        .isEqualTo(
            WebhookSecret.parse(secret)
                .sign(first.id(), Long.parseLong(first.timestamp()), first.body()));
    JsonNode told = first.json();
    assertThat(told.path("type").asText()).isEqualTo("pre-commit");
    assertThat(told.at("/data/branch").asText()).isEqualTo("dev");
    assertThat(told.at("/data/message").asText()).isEqualTo("m");
    assertThat(told.at("/data/actor/id").asText()).isEqualTo("jane");
    assertThat(told.at("/data/tables").toString())
        .isEqualTo("[{\"table\":\"users\",\"inserted\":1,\"updated\":0,\"deleted\":0}]");
    String diff = told.at("/data/diff_url").asText();
    api.get(diff.substring(diff.indexOf("/commits")).replaceFirst("&repository=.*", ""))
        .statusCode(200)
        .body("total_inserts", equalTo(1));

    // when accepted, then nobody is asked again
    answers.remove("/second");
    String commit = commit("dev", "k2").statusCode(201).extract().path("id");
    answers.put("/first", NO.formatted("Mondays"));
    asked.clear();
    commit("dev", "k2").statusCode(201).body("id", equalTo(commit));
    assertThat(paths()).isEmpty();
  }

  @Test
  void mergesPromotionsAndDeletionsAreAskedAboutToo() throws Exception {
    // given
    hook("merges", "pre-merge", "");
    hook("promotions", "pre-promotion", "");
    hook("deletions", "pre-branch-delete", "");
    user("dev", 2);
    api.commit("dev", "two");
    answers.put("/promotions", NO.formatted("Fridays"));

    // when, then
    String head = api.get("/branches/main").extract().path("head_commit_id");
    api.post("/branches/merge", "{\"source\": \"dev\", \"target\": \"main\", \"promotion\": true}")
        .statusCode(403)
        .body("message", equalTo("Not on Fridays"));
    api.get("/branches/main").body("head_commit_id", equalTo(head));
    assertThat(paths()).containsExactly("/merges", "/promotions");
    assertThat(asked.getFirst().json().at("/data/tables/0/inserted").asInt()).isEqualTo(1);
    assertThat(asked.getFirst().json().at("/data/source").asText()).isEqualTo("dev");
    api.post("/branches/merge", "{\"source\": \"dev\", \"target\": \"main\"}").statusCode(200);
    assertThat(paths()).endsWith("/merges").hasSize(3);

    // when, then
    answers.put("/deletions", NO.formatted("dev"));
    api.delete("/branches/dev").statusCode(403).body("message", equalTo("Not on dev"));
    answers.remove("/deletions");
    api.delete("/branches/dev").statusCode(204);
  }

  @Test
  void withoutAnAnswerItIsClosedOrOpen() {
    // given
    hook("broken", "pre-commit", ", \"timeout\": \"500ms\"");
    answers.put("/broken", "{\"allow\": \"perhaps\"}");
    user("dev", 2);

    // when, then
    commit("dev", "k1")
        .statusCode(403)
        .body("error", equalTo("HookVetoError"))
        .body("message", containsString("'broken' could not be asked"))
        .body("details.remedy", containsString("Try again"));
    api.post("/hooks/broken/test")
        .statusCode(200)
        .body("allow", nullValue())
        .body("status", equalTo(200))
        .body("message", containsString("no JSON with allow"));

    // when it answers again, then the same key goes through: nothing had been decided
    answers.remove("/broken");
    commit("dev", "k1").statusCode(201);

    // when
    receiver.stop(0);
    user("dev", 3);
    commit("dev", "k3").statusCode(403);
    api.patch("/hooks/broken", "{\"on_failure\": \"open\"}")
        .statusCode(200)
        .body("on_failure", equalTo("open"))
        .body("timeout", equalTo("0.5s"));

    // then
    commit("dev", "k4").statusCode(201);
    api.delete("/hooks/broken").statusCode(204);
    api.get("/hooks").body("hooks", empty());
  }

  @Test
  void whatIsNoHookIsRefused() {
    hook("one", "pre-commit", "");
    String hook = "{\"name\": \"%s\", \"event\": \"%s\", \"url\": \"%s\", \"timeout\": \"%s\"}";
    String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/";
    api.post("/hooks", hook.formatted("one", "pre-merge", url, "3s"))
        .statusCode(409)
        .body("error", equalTo("HookAlreadyExistsError"));
    for (String wrong :
        List.of(
            hook.formatted("a b", "pre-merge", url, "3s"),
            hook.formatted("two", "post-merge", url, "3s"),
            hook.formatted("two", "pre-merge", "http://10.0.0.1/", "3s"),
            hook.formatted("two", "pre-merge", "ftp://example.org/", "3s"),
            hook.formatted("two", "pre-merge", url, "3 days"),
            hook.formatted("two", "pre-merge", url, "31s"))) {
      api.post("/hooks", wrong).statusCode(422).body("error", equalTo("ValidationError"));
    }
    api.get("/hooks/none").statusCode(404).body("error", equalTo("HookNotFoundError"));
    api.delete("/hooks/none").statusCode(404);
    api.get("/hooks").body("hooks", hasSize(1));
  }
}
