package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.epoch.webhooks.secret.WebhookSecret;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Webhooks as clients of the API see them. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
@Timeout(60)
class WebhooksTest {
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private volatile int status = 204;
  private HttpServer receiver;
  private Api api;

  private record Received(String id, String timestamp, String signature, String body) {}

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", this::receive);
    receiver.start();
    api = Api.inNewRepository("webhooks");
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      received.add(
          new Received(
              exchange.getRequestHeaders().getFirst("webhook-id"),
              exchange.getRequestHeaders().getFirst("webhook-timestamp"),
              exchange.getRequestHeaders().getFirst("webhook-signature"),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private String url() {
    return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook";
  }

  private Received next() throws InterruptedException {
    return received.poll(20, TimeUnit.SECONDS);
  }

  private static String signature(String secret, Received one) {
    return WebhookSecret.parse(secret).sign(one.id(), Long.parseLong(one.timestamp()), one.body());
  }

  private void branch(String name) {
    api.post("/branches", "{\"name\": \"" + name + "\", \"checkout\": false}").statusCode(201);
  }

  private void untilDelivered(String id, int count) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    List<String> states;
    do {
      states =
          api.get("/webhooks/" + id + "/deliveries?state=delivered")
              .extract()
              .path("deliveries.state");
    } while (states.size() < count && System.nanoTime() < end);
    assertThat(states).hasSize(count);
  }

  @Test
  void aCommitIsToldSignedWithItsTablesAndItsDiff() throws Exception {
    api.register("users", "CREATE TABLE %s (id int PRIMARY KEY, name text)");
    String first = api.commit("main", "the table");
    var made =
        api.post(
                "/webhooks",
                "{\"url\": \"%s\", \"events\": [\"commit-created\"], \"branches\": [\"ma*\"], \"tables\": [\"users\"], \"description\": \"tells\"}"
                    .formatted(url()))
            .statusCode(201)
            .body("secret", startsWith("whsec_"))
            .body("active", equalTo(true))
            .extract();
    String id = made.path("id");
    String secret = made.path("secret");

    api.post("/tables/users/records?branch=main", "{\"upsert\": [{\"id\": 1, \"name\": \"Ada\"}]}")
        .statusCode(200);
    String second = api.commit("main", "Ada");

    Received one = next();
    assertThat(one.signature()).isEqualTo(signature(secret, one));
    assertThat(one.body())
        .contains("\"commit\":\"" + second + "\"", "\"message\":\"Ada\"", "\"branch\":\"main\"")
        .contains("\"table\":\"users\",\"rows\":1,\"inserted\":1,\"updated\":0,\"deleted\":0")
        .contains("\"diff_url\":\"/api/v1/commits/diff?base=" + first + "&target=" + second);
    untilDelivered(id, 1);
    String delivery =
        api.get("/webhooks/" + id + "/deliveries")
            .body("deliveries", hasSize(1))
            .body("deliveries[0].event_id", equalTo(one.id()))
            .body("deliveries[0].response_status", equalTo(204))
            .body("deliveries[0].status", equalTo("delivered"))
            .body("deliveries[0].latency_ms", notNullValue())
            .body("deliveries[0].next_attempt_at", nullValue())
            .body("next", nullValue())
            .extract()
            .path("deliveries[0].id");
    api.get("/webhooks/" + id + "/deliveries/" + delivery)
        .statusCode(200)
        .body("request.body", equalTo(one.body()))
        .body("attempts", hasSize(1));

    api.post("/webhooks/" + id + "/deliveries/" + delivery + "/redeliver", "{}").statusCode(200);
    Received again = next();
    assertThat(again.id()).isEqualTo(one.id());
    assertThat(again.body()).isEqualTo(one.body());

    Integer position = api.get("/events?type=commit-created").extract().path("events[0].position");
    api.post("/webhooks/" + id + "/redeliver", "{\"from\": " + position + "}")
        .statusCode(200)
        .body("count", equalTo(2));
    assertThat(List.of(next().body(), next().body()))
        .anyMatch(body -> body.contains(first))
        .anyMatch(body -> body.contains(second));
  }

  @Test
  void aWebhookIsChangedTriedOutRotatedAndDeleted() throws Exception {
    var made =
        api.post("/webhooks", "{\"url\": \"%s\", \"active\": false}".formatted(url()))
            .statusCode(201)
            .extract();
    String id = made.path("id");
    String secret = made.path("secret");
    api.get("/webhooks/" + id)
        .statusCode(200)
        .body("url", equalTo(url()))
        .body("events", hasSize(0))
        .body("$", not(org.hamcrest.Matchers.hasKey("secret")));
    api.get("/webhooks").body("webhooks.id", equalTo(List.of(id)));

    api.post("/webhooks/" + id + "/test")
        .statusCode(200)
        .body("state", equalTo("delivered"))
        .body("type", equalTo("webhook-test"));
    assertThat(next().body()).contains("\"type\":\"webhook-test\"", id);

    String rotated =
        api.post("/webhooks/" + id + "/rotate", "{}").statusCode(200).extract().path("secret");
    status = 500;
    api.post("/webhooks/" + id + "/test")
        .statusCode(200)
        .body("state", equalTo("dead"))
        .body("status", equalTo("Answered 500"));
    Received both = next();
    assertThat(both.signature())
        .isEqualTo(signature(rotated, both) + " " + signature(secret, both));

    status = 410;
    api.patch(
            "/webhooks/" + id,
            "{\"active\": true, \"events\": [\"branch-created\"], \"description\": \"x\"}")
        .statusCode(200)
        .body("active", equalTo(true))
        .body("description", equalTo("x"));
    branch("one");
    assertThat(next().body()).contains("\"type\":\"branch-created\"");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (api.get("/webhooks/" + id).extract().<Boolean>path("active")
        && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    api.get("/webhooks/" + id).body("disabled_reason", containsString("410 Gone"));

    api.delete("/webhooks/" + id).statusCode(204);
    api.get("/webhooks/" + id).statusCode(404).body("error", equalTo("WebhookNotFoundError"));
    api.delete("/webhooks/" + id).statusCode(404);
  }

  @Test
  void whatCannotBeMeantIsRefused() {
    for (String address :
        List.of(
            "http://169.254.169.254/latest/meta-data",
            "http://10.1.2.3/",
            "http://[::1]:80/",
            "http://0.0.0.0/")) {
      api.post("/webhooks", "{\"url\": \"" + address + "\"}").statusCode(422);
    }
    api.post("/webhooks", "{\"url\": \"http://10.1.2.3/\"}")
        .body("detail[0].loc", equalTo(List.of("body", "url")))
        .body("detail[0].msg", containsString("EPOCH_WEBHOOKS_ALLOW"));
    api.post("/webhooks", "{\"url\": \"ftp://example.com\"}").statusCode(422);
    api.post("/webhooks", "{}").statusCode(422);
    api.post("/webhooks", "{\"url\": \"" + url() + "\", \"events\": [\"commit\"]}")
        .statusCode(422)
        .body("detail[0].msg", containsString("commit-created"));
    api.post("/webhooks", "{\"url\": \"" + url() + "\", \"secret\": \"whsec_c2hvcnQ=\"}")
        .statusCode(422)
        .body(not(containsString("c2hvcnQ")));
    api.get("/webhooks").body("webhooks", hasSize(0));
    api.post("/admin/rebuild", "{\"projection\": \"webhooks\"}")
        .statusCode(422)
        .body("details.remedy", containsString("redeliver"));
    api.post("/admin/rebuild", "{}").statusCode(200);
    api.get("/webhooks/none/deliveries").statusCode(404);
    api.get("/webhooks/none/deliveries/1").statusCode(404);
    api.post("/webhooks/none/redeliver", "{}").statusCode(404);

    String id = api.post("/webhooks", "{\"url\": \"" + url() + "\"}").extract().path("id");
    Api other = Api.inNewRepository("webhooks-other");
    other.get("/webhooks/" + id).statusCode(404);
    other.delete("/webhooks/" + id).statusCode(404);
    other.post("/webhooks/" + id + "/rotate", "{}").statusCode(404);
    api.get("/webhooks/" + id + "/deliveries?state=lost").statusCode(422);
    api.get("/webhooks/" + id + "/deliveries/99999999").statusCode(404);
    api.post("/webhooks/" + id + "/rotate", "{\"overlap_hours\": 1000}").statusCode(422);
  }
}
