package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.EventStream;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events are read page by page and as they come, and none is missed over a restart. */
@Timeout(300)
class EventsIT {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir static Path home;
  private static ServerProcess server;

  @BeforeAll
  static void start() throws Exception {
    server = ServerProcess.started(home.resolve("data"));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Test
  void pagesPutTogetherAreTheWhole() throws Exception {
    Shop shop = Shop.open(server, "paging");
    List<Long> whole = positions(shop.get("/events?limit=1000").ok());

    List<Long> paged = new ArrayList<>();
    String from = "";
    int pages = 0;
    do {
      JsonNode page = shop.get("/events?limit=3" + from).ok();
      paged.addAll(positions(page));
      from = page.path("next").isNumber() ? "&from=" + page.path("next") : "";
      pages++;
    } while (!from.isEmpty());

    assertThat(paged).isEqualTo(whole).isSorted().doesNotHaveDuplicates();
    assertThat(pages).isEqualTo((whole.size() + 2) / 3);
    assertThat(positions(shop.get("/events?limit=1000&type=commit-created").ok())).hasSize(1);
    assertThat(positions(shop.get("/events?from=1000000").ok())).isEmpty();
  }

  @Test
  void aStreamGoesOnAfterARestartWithoutLossOrRepetition() throws Exception {
    Shop shop = Shop.open(server, "streaming");
    String path = "/events/stream?repository=streaming";
    try (EventStream first = EventStream.open(server, path, null)) {
      write(shop, "one");
      int before = positions(shop.get("/events?limit=1000").ok()).size();
      Poll.until("events until now", LIMIT, () -> first.ids().size() == before);
      server.stop();
      server.start();

      try (EventStream second = EventStream.open(server, path, first.ids().getLast())) {
        write(shop, "two");
        List<Long> whole = positions(shop.get("/events?limit=1000").ok());
        Poll.until(
            "events since the restart",
            LIMIT,
            () -> first.ids().size() + second.ids().size() >= whole.size());

        List<Long> seen = new ArrayList<>(first.ids());
        seen.addAll(second.ids());
        assertThat(seen).isEqualTo(whole);
      }
    }
  }

  @Test
  void theCommandLineFollowsOverARestart() throws Exception {
    Shop shop = Shop.open(server, "following");
    Path out = home.resolve("following.json");
    ProcessBuilder builder =
        new ProcessBuilder(
                Checkout.epoch().toString(),
                "events",
                "--repository",
                "following",
                "--follow",
                "--type",
                "commit-created",
                "--format",
                "json",
                "--limit",
                "3")
            .redirectOutput(out.toFile())
            .redirectError(home.resolve("following.err").toFile());
    builder.environment().putAll(server.variables());
    Process follower = builder.start();
    try {
      Poll.until("the first commit", LIMIT, () -> Files.readAllLines(out).size() == 1);
      write(shop, "one");
      Poll.until("the second commit", LIMIT, () -> Files.readAllLines(out).size() == 2);
      server.stop();
      server.start();
      write(shop, "two");

      assertThat(follower.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(follower.exitValue()).isZero();
      List<Long> seen = new ArrayList<>();
      for (String line : Files.readAllLines(out)) {
        seen.add(new JsonMapper().readTree(line).path("position").longValue());
      }
      assertThat(seen)
          .isEqualTo(positions(shop.get("/events?limit=1000&type=commit-created").ok()));
    } finally {
      follower.destroyForcibly();
    }
  }

  @Test
  void neitherAStartNorAStreamThatAClientLeavesIsAWarning() throws Exception {
    // given
    Shop shop = Shop.open(server, "leaving");
    URI url = URI.create(server.url());

    // when clients go before the first byte of the answer, within it and while nothing happens
    for (int bytesRead : new int[] {0, 1, 0, 1, 300, 300}) {
      try (Socket socket = new Socket(url.getHost(), url.getPort())) {
        socket.setSoLinger(true, 0);
        String head =
            "GET /api/v1/events/stream?repository=leaving HTTP/1.1\r\nHost: localhost\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getInputStream().readNBytes(bytesRead);
      }
    }
    for (int i = 0; i < 3; i++) {
      write(shop, "left " + i);
    }

    // then
    try (EventStream stays = EventStream.open(server, "/events/stream?repository=leaving", null)) {
      int events = positions(shop.get("/events?limit=1000").ok()).size();
      Poll.until("all events", LIMIT, () -> stays.ids().size() == events);
    }
    assertThat(server.log().lines())
        .noneMatch(line -> line.contains(" ERROR "))
        .noneMatch(line -> line.contains(" WARN ") && line.contains("Gauge"));
  }

  private static void write(Shop shop, String name) throws Exception {
    shop.database().execute("INSERT INTO customers (name) VALUES ('" + name + "')");
    shop.commit("main", name);
  }

  private static List<Long> positions(JsonNode page) {
    List<Long> positions = new ArrayList<>();
    page.path("events").forEach(event -> positions.add(event.path("position").longValue()));
    return positions;
  }
}
