package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However large a body is, and however it comes, it is read as a whole. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class BodiesTest {
  private static final int SMALL = 16 * 1024;

  /** JSON of so many bytes. */
  private static String branch(String name, int bytes) {
    String json = "{\"name\": \"" + name + "\", \"checkout\": false}";
    return json + " ".repeat(Math.max(0, bytes - json.length()));
  }

  private static HttpRequest.Builder post(Api api) {
    return HttpRequest.newBuilder(
            URI.create(
                "http://localhost:%d/api/v1/branches?repository=%s"
                    .formatted(RestAssured.port, api.repository())))
        .timeout(Duration.ofSeconds(20))
        .header("Content-Type", "application/json");
  }

  private static void assertCreated(HttpClient client, HttpRequest request) throws Exception {
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, SMALL - 1, SMALL, SMALL + 1, 1_000_000})
  void bodiesOfAnyLength(int bytes) throws Exception {
    Api api = Api.inNewRepository("bodies");
    List<String> names = new ArrayList<>();
    for (HttpClient.Version version : HttpClient.Version.values()) {
      try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
        for (String kind : List.of("first", "second", "asked-for", "chunked")) {
          String name = version + "-" + kind;
          byte[] body = branch(name, bytes).getBytes(StandardCharsets.UTF_8);
          BodyPublisher publisher =
              kind.equals("chunked")
                  ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
                  : BodyPublishers.ofByteArray(body);
          assertCreated(
              client, post(api).expectContinue(kind.equals("asked-for")).POST(publisher).build());
          names.add(name);
        }
      }
    }

    assertThat(api.get("/branches").extract().jsonPath().getList("branches.name", String.class))
        .containsAll(names);
  }

  @Test
  void documentsAreAsDeepAsTheDatabaseTakesThem() {
    Api api = Api.inNewRepository("deep");
    api.register("t", "CREATE TABLE %s (id integer PRIMARY KEY, d jsonb, j json)");
    api.commit("main", "import");
    api.post("/branches", "{\"name\": \"b\", \"checkout\": false}").statusCode(201);
    String document = "[{\"a\":".repeat(1_500) + "1" + "}]".repeat(1_500);
    String record = "{\"id\":1,\"d\":%s,\"j\":%s}".formatted(document, document);
    for (String branch : List.of("main", "b")) {
      String path = "/tables/t/records?branch=" + branch;
      api.post(path, "{\"upsert\": [" + record + "]}").statusCode(200);
      String read =
          api.get("/tables/t/records/1?working=true&ref=" + branch)
              .statusCode(200)
              .extract()
              .asString();

      assertThat(read).isEqualTo(record);
      api.post(path, "{\"upsert\": [" + read + "]}").statusCode(200).body("unchanged", equalTo(1));
      api.commit(branch, "deep");
    }
    assertThat(api.get("/diff/t?base=main~1&target=main").statusCode(200).extract().asString())
        .contains(document);
    api.post("/query", "{\"sql\": \"SELECT d FROM t\", \"ref\": \"b\"}").statusCode(200);
    String deeper = "[".repeat(9_000) + "]".repeat(9_000);
    int refused =
        api.post(
                "/tables/t/records?branch=main",
                "{\"upsert\": [{\"id\": 2, \"d\": %s}]}".formatted(deeper))
            .extract()
            .statusCode();
    assertThat(refused).isIn(200, 422);
  }

  @Test
  void bodyThatComesInPieces() throws Exception {
    Api api = Api.inNewRepository("bodies");
    String body = branch("slow", 200);
    try (Socket socket = new Socket("localhost", RestAssured.port)) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST /api/v1/branches?repository=%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
              .formatted(api.repository(), body.length())
              .getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < body.length(); i += 50) {
        out.write(body.substring(i, i + 50).getBytes(StandardCharsets.US_ASCII));
        out.flush();
        Thread.sleep(50);
      }
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 201");
    }
  }
}
