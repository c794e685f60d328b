package dev.epoch.client.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.client.EpochClient;
import dev.epoch.client.RefusedException;
import dev.epoch.client.RetryPolicy;
import dev.epoch.client.UnreachableException;
import dev.epoch.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventSubscriptionTest {

  private static final Map<String, String> STREAM = Map.of("Content-Type", "text/event-stream");
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private ScriptedServer server;
  private final List<Event> received = new ArrayList<>();

  @BeforeEach
  void start() {
    server = new ScriptedServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String event(int position, String type) {
    return "id: "
        + position
        + "\nevent: "
        + type
        + "\ndata: {\"position\": "
        + position
        + ", \"type\": \""
        + type
        + "\",\ndata:  \"branch\": \"main\", \"actor\": {\"name\": \"Dana\"}}\n\n";
  }

  private void follow(int count, Events.Selection selection) {
    try (EpochClient client =
        EpochClient.at(server.url())
            .retry(new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5)))
            .build()) {
      client
          .events()
          .follow(
              selection,
              SILENCE,
              event -> {
                received.add(event);
                return received.size() < count;
              });
    }
  }

  @Test
  void goesOnAfterALostConnectionFromTheLastEvent() {
    server
        .on("GET /events/stream", 200, ": hello\n\n" + event(5, "a") + event(6, "b"), STREAM)
        .on("GET /events/stream", 0, "")
        .on("GET /events/stream", 503, "{}")
        .on("GET /events/stream", 200, "data: {\"position\": 7, \"half\": true", STREAM)
        .on("GET /events/stream", 200, event(7, "c") + event(8, "d"), STREAM);

    follow(3, new Events.Selection("5", null, "main", null));

    assertThat(received).extracting(Event::position).containsExactly("5", "6", "7");
    assertThat(received).extracting(Event::actor).containsOnly("Dana");
    List<ScriptedServer.Request> requests = server.requests("GET /events/stream");
    assertThat(requests)
        .extracting(request -> request.headers().get("Last-Event-ID"))
        .containsExactly(null, "6", "6", "6", "6");
    assertThat(requests)
        .extracting(request -> request.query().get("from"))
        .containsExactly("5", null, null, null, null);
    assertThat(requests)
        .allSatisfy(request -> {
          assertThat(request.query()).containsEntry("branch", "main");
          assertThat(request.headers()).containsEntry("Accept", "text/event-stream");
        });
  }

  @Test
  void endsWhenTheClientIsClosed() throws Exception {
    server.on("GET /events/stream", 200, event(1, "a"), STREAM);
    EpochClient client =
        EpochClient.at(server.url())
            .retry(new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5)))
            .build();
    CountDownLatch first = new CountDownLatch(1);
    Thread follower =
        Thread.ofVirtual()
            .start(() ->
                client
                    .events()
                    .follow(
                        new Events.Selection(null, null, null, null),
                        SILENCE,
                        event -> {
                          first.countDown();
                          return true;
                        }));
    assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();

    client.close();

    assertThat(follower.join(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void aRefusedSubscriptionIsNotRepeated() {
    server.on("GET /events/stream", 404, "{\"error\": \"X\", \"message\": \"no such repository\"}");

    assertThatThrownBy(() -> follow(1, new Events.Selection(null, null, null, null)))
        .isInstanceOf(RefusedException.class)
        .hasMessage("no such repository");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aServerThatWasNeverThereIsAnError() {
    server.close();

    assertThatThrownBy(() -> follow(1, new Events.Selection(null, null, null, null)))
        .isInstanceOf(UnreachableException.class);
  }
}
