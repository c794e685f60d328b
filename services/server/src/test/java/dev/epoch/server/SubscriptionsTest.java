package dev.epoch.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events and changes for those who do something about them, and come back after a crash. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
@Timeout(90)
class SubscriptionsTest {
  private Api api;

  @BeforeEach
  void aRepository() {
    api = Api.inNewRepository("subscriptions");
  }

  private void branch(String name) {
    api.post("/branches", "{\"name\": \"" + name + "\", \"checkout\": false}").statusCode(201);
  }

  private void write(String table, String branch, String body) {
    api.post("/tables/" + table + "/records?branch=" + branch, body).statusCode(200);
  }

  @Test
  void whatIsNotAcknowledgedComesAgain() throws Exception {
    // given
    branch("before");
    api.post(
            "/subscriptions",
            "{\"name\": \"loader\", \"types\": [\"branch-created\"], \"branches\": [\"release/*\"]}")
        .statusCode(201)
        .body("types", equalTo(List.of("branch-created")));
    api.post("/subscriptions", "{\"name\": \"loader\"}")
        .statusCode(409)
        .body("error", equalTo("SubscriptionAlreadyExistsError"));
    branch("release/1");
    branch("other");
    branch("release/2");
    branch("release/3");

    // when, then
    String next = "/subscriptions/loader/next?limit=2";
    for (int turn = 0; turn < 2; turn++) {
      api.get(next).body("events.branch", equalTo(List.of("release/1", "release/2")));
    }
    Integer done = api.get(next).extract().path("events[0].position");
    api.post("/subscriptions/loader/acknowledge", "{\"position\": " + done + "}").statusCode(200);
    Integer all =
        api.get(next)
            .body("events.branch", equalTo(List.of("release/2", "release/3")))
            .extract()
            .path("next");
    api.post("/subscriptions/loader/acknowledge", "{\"position\": " + all + "}").statusCode(200);
    api.get(next).body("events", hasSize(0)).body("next", nullValue());
    api.post("/subscriptions/loader/acknowledge", "{\"position\": " + done + "}")
        .statusCode(200)
        .body("position", equalTo(all));

    // one that waits is answered as soon as there is something
    CompletableFuture<List<String>> waiting =
        CompletableFuture.supplyAsync(
            () -> api.get("/subscriptions/loader/next?wait=20").extract().path("events.branch"));
    branch("release/4");
    assertThat(waiting.get(20, SECONDS)).containsExactly("release/4");

    api.get("/subscriptions").body("subscriptions.name", equalTo(List.of("loader")));
    api.post("/subscriptions/loader/acknowledge", "{\"position\": 99999999}").statusCode(422);
    api.post("/subscriptions", "{\"name\": \"x\", \"types\": [\"lost\"]}").statusCode(422);
    Api.inNewRepository("subscriptions-other").get(next).statusCode(404);
    api.delete("/subscriptions/loader").statusCode(204);
    api.get(next).statusCode(404).body("error", equalTo("SubscriptionNotFoundError"));
  }

  @Test
  void eventsAreSelectedByPatternsOfBranchesAndTables() throws Exception {
    api.register("users", "CREATE TABLE %s (id int PRIMARY KEY, name text)");
    api.register("orders", "CREATE TABLE %s (id int PRIMARY KEY, name text)");
    String both = api.commit("main", "tables");
    write("orders", "main", "{\"upsert\": [{\"id\": 1, \"name\": \"tea\"}]}");
    String orders = api.commit("main", "tea");
    branch("feature/x");

    api.get("/events?type=commit-created&table=user*")
        .body("events.data.commit", equalTo(List.of(both)));
    api.get("/events?type=commit-created&table=orders,users")
        .body("events.data.commit", equalTo(List.of(both, orders)));
    api.get("/events?branch=feature/*").body("events.branch", hasItem("feature/x"));
    api.get("/events?branch=feature/*").body("events.branch", not(hasItem("main")));
    try (Lines lines = new Lines("/events/stream?type=commit-created&table=orders", null)) {
      assertThat(lines.event()).anyMatch(line -> line.contains(both));
      assertThat(lines.event()).anyMatch(line -> line.contains(orders));
    }
  }

  @Test
  void changesComeCommitByCommitWithBeforeAndAfter() throws Exception {
    // given
    api.register("users", "CREATE TABLE %s (id int PRIMARY KEY, name text)");
    api.commit("main", "the table");
    try (Lines live = new Lines("/changes/stream?table=users&branch=main", null)) {
      write(
          "users",
          "main",
          "{\"upsert\": [{\"id\": 1, \"name\": \"Ada\"}, {\"id\": 2, \"name\": \"Bob\"}]}");
      String first = api.commit("main", "two");
      branch("work");
      write(
          "users",
          "work",
          "{\"upsert\": [{\"id\": 1, \"name\": \"Ada L.\"}], \"delete\": [{\"id\": 2}]}");
      api.commit("work", "on a branch");
      api.post("/branches/merge", "{\"source\": \"work\", \"target\": \"main\"}").statusCode(200);

      // when
      List<List<String>> seen = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        seen.add(live.event());
      }

      // then
      assertThat(Lines.field(seen.get(0), "data"))
          .contains("\"commit\":\"" + first + "\"", "\"table\":\"users\"", "\"type\":\"insert\"")
          .contains(
              "\"key\":{\"id\":1}", "\"before\":null", "\"after\":{\"id\":1,\"name\":\"Ada\"}");
      assertThat(Lines.field(seen.get(1), "data")).contains("\"key\":{\"id\":2}");
      assertThat(Lines.field(seen.get(2), "data"))
          .contains("\"before\":{\"id\":1,\"name\":\"Ada\"}")
          .contains("\"after\":{\"id\":1,\"name\":\"Ada L.\"}");
      assertThat(Lines.field(seen.get(3), "data"))
          .contains("\"type\":\"delete\"", "\"after\":null");

      // a client that comes back in the midst of a commit misses none and sees none twice
      try (Lines resumed =
          new Lines("/changes/stream?table=users&branch=main", Lines.field(seen.get(0), "id"))) {
        for (int i = 1; i < 4; i++) {
          assertThat(resumed.event()).isEqualTo(seen.get(i));
        }
      }
    }
    api.get("/changes/stream?branch=main").statusCode(422);
    api.get("/changes/stream?table=nothing").statusCode(404);
  }

  /** Reads server-sent events. */
  private final class Lines implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final Iterator<String> lines;

    Lines(String path, String lastEventId) throws Exception {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
                  URI.create(
                      "http://localhost:"
                          + RestAssured.port
                          + "/api/v1"
                          + path
                          + "&repository="
                          + api.repository()))
              .header("Accept", "text/event-stream");
      if (lastEventId != null) {
        request.header("Last-Event-ID", lastEventId);
      }
      HttpResponse<Stream<String>> answer = client.send(request.build(), BodyHandlers.ofLines());
      assertThat(answer.statusCode()).isEqualTo(200);
      lines = answer.body().iterator();
    }

    List<String> event() throws Exception {
      List<String> block = new ArrayList<>();
      while (true) {
        String line = CompletableFuture.supplyAsync(lines::next).get(20, SECONDS);
        if (!line.isEmpty() && !line.startsWith(":")) {
          block.add(line);
        } else if (line.isEmpty() && !block.isEmpty()) {
          return block;
        }
      }
    }

    static String field(List<String> block, String name) {
      return block.stream()
          .filter(line -> line.startsWith(name + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElseThrow();
    }

    @Override
    public void close() {
      client.shutdownNow();
    }
  }
}
