package dev.epoch.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
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

/** The log as clients follow it: in order, from any position, without a gap. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
@Timeout(60)
class EventsTest {
  private Api api;

  @BeforeEach
  void aRepository() {
    api = Api.inNewRepository("events");
  }

  private void branch(String name) {
    api.post("/branches", "{\"name\": \"" + name + "\", \"checkout\": false}").statusCode(201);
  }

  @Test
  void pagesInTheOrderOfTheLog() {
    List.of("a", "b", "c").forEach(this::branch);

    api.get("/events?type=branch-created")
        .statusCode(200)
        .body("events.branch", equalTo(List.of("a", "b", "c")))
        .body("events.repository", everyItem(equalTo(api.repository())))
        .body("events[0].actor.email", equalTo("jane@example.com"))
        .body("events[0].version", equalTo(1))
        .body("events[0].data.name", equalTo("a"))
        .body("next", nullValue());
    Integer next = api.get("/events?type=branch-created&limit=2").extract().path("next");
    api.get("/events?type=branch-created&from=" + next)
        .body("events.branch", equalTo(List.of("c")));
    Integer now = api.get("/events?from=now").body("events", hasSize(0)).extract().path("next");
    branch("d");
    api.get("/events?type=branch-created&from=" + now)
        .body("events.branch", equalTo(List.of("d")))
        .body("next", nullValue());
    api.get("/events?from=soon").statusCode(422).body("detail[0].loc[1]", equalTo("from"));
    api.get("/events?branch=b").body("events", hasSize(1));
    api.get("/events?type=branch-created,repository-created").body("events", hasSize(5));
    api.get("/events").body("events.type", hasItems("repository-created", "branch-created"));
  }

  @Test
  void anUnknownTypeIsRefusedWithTheKnownOnes() {
    for (String path : List.of("/events?type=", "/events/stream?type=")) {
      api.get(path + "branch-created,branch-creatd")
          .statusCode(422)
          .body("detail[0].msg", equalTo("There are no events of type 'branch-creatd'"))
          .body("details.remedy", org.hamcrest.Matchers.containsString("branch-created"));
    }
  }

  @Test
  void secretsAreNotInEvents() {
    api.post(
            "/storage",
            "{\"name\": \"s\", \"backend\": \"postgresql\", \"config\": {\"host\": \"h\", \"database\": \"d\", \"username\": \"u\", \"password\": \"hunter2\"}}")
        .statusCode(201);

    api.get("/events?type=storage-added")
        .body("events", hasSize(1))
        .body("events[0].data.config.host", equalTo("h"))
        .body("events[0].data.sealed_secrets", nullValue())
        .body(not(org.hamcrest.Matchers.containsString("hunter2")));
  }

  @Test
  void aStreamGivesWhatWasAndWhatComesAndResumesWithoutAGap() throws Exception {
    branch("before");
    long last;
    try (Subscription first = subscribe("?type=branch-created", null)) {
      assertThat(first.next().data()).contains("\"branch\":\"before\"");

      branch("while-1");
      Received live = first.next();
      assertThat(live.event()).isEqualTo("branch-created");
      assertThat(live.data()).contains("\"branch\":\"while-1\"");
      last = live.id();
    }

    branch("away-1");
    branch("away-2");
    try (Subscription resumed = subscribe("?type=branch-created&from=1", String.valueOf(last))) {
      assertThat(resumed.next().data()).contains("\"branch\":\"away-1\"");
      assertThat(resumed.next().data()).contains("\"branch\":\"away-2\"");
      branch("back");
      assertThat(resumed.next().data()).contains("\"branch\":\"back\"");
    }
  }

  @Test
  void aStreamIsFilteredByBranchAndStartsAtAPosition() throws Exception {
    branch("x");
    branch("y");
    Integer position =
        api.get("/events?type=branch-created&branch=y").extract().path("events[0].position");
    branch("x2");

    try (Subscription one = subscribe("?branch=y", null);
        Subscription fromThere = subscribe("?type=branch-created&from=" + position, null)) {
      assertThat(one.next().id()).isEqualTo(position.longValue());
      assertThat(fromThere.next().data()).contains("\"branch\":\"y\"");
      assertThat(fromThere.next().data()).contains("\"branch\":\"x2\"");
    }
  }

  @Test
  void aSilentStreamBeats() throws Exception {
    try (Subscription silent = subscribe("?type=recovery-completed", null)) {
      for (int i = 0; i < 3; i++) {
        assertThat(silent.nextComment()).isEqualTo("alive");
      }
    }
  }

  @Test
  void refusesPositionsThatAreNone() throws Exception {
    HttpResponse<Stream<String>> answer;
    try (HttpClient client = HttpClient.newHttpClient()) {
      answer = client.send(request("", "yesterday"), BodyHandlers.ofLines());
    }

    assertThat(answer.statusCode()).isEqualTo(422);
  }

  private record Received(long id, String event, String data) {}

  private HttpRequest request(String query, String lastEventId) {
    String separator = query.isEmpty() ? "?" : "&";
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create(
                "http://localhost:"
                    + RestAssured.port
                    + "/api/v1/events/stream"
                    + query
                    + separator
                    + "repository="
                    + api.repository()));
    if (lastEventId != null) {
      request.header("Last-Event-ID", lastEventId);
    }
    return request.header("Accept", "text/event-stream").build();
  }

  private Subscription subscribe(String query, String lastEventId)
      throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    HttpResponse<Stream<String>> answer =
        client.send(request(query, lastEventId), BodyHandlers.ofLines());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/event-stream");
    return new Subscription(client, answer.body().iterator());
  }

  /** Reads server-sent events line by line. */
  private static final class Subscription implements AutoCloseable {
    private final HttpClient client;
    private final Iterator<String> lines;

    Subscription(HttpClient client, Iterator<String> lines) {
      this.client = client;
      this.lines = lines;
    }

    Received next() throws Exception {
      List<String> block = new ArrayList<>();
      while (true) {
        String line = line();
        if (!line.isEmpty() && !line.startsWith(":")) {
          block.add(line);
        } else if (line.isEmpty() && !block.isEmpty()) {
          return new Received(
              Long.parseLong(field(block, "id")), field(block, "event"), field(block, "data"));
        }
      }
    }

    String nextComment() throws Exception {
      String line = line();
      while (!line.startsWith(":")) {
        line = line();
      }
      return line.substring(1).strip();
    }

    private static String field(List<String> block, String name) {
      return block.stream()
          .filter(line -> line.startsWith(name + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElseThrow();
    }

    private String line() throws Exception {
      return CompletableFuture.supplyAsync(lines::next).get(20, SECONDS);
    }

    @Override
    public void close() {
      client.shutdownNow();
    }
  }
}
