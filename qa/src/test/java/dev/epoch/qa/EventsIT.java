package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.epoch.client.EpochClient;
import dev.epoch.client.RetryPolicy;
import dev.epoch.client.event.Events;
import dev.epoch.log.testing.FaultProxy;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events are read page by page and as they come, and none is missed over a restart. */
@Timeout(300)
class EventsIT {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int SUBSCRIBED = 8;

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

  /** Changes of rows by the stream, events by a subscription whose position the server keeps. */
  @Test
  void changesAndSubscriptionsGoOnAfterAKill() throws Exception {
    Shop shop = Shop.open(server, "changing");
    shop.post("/subscriptions", "{\"name\": \"loader\", \"types\": [\"commit-created\"]}").ok();
    String path = "/changes/stream?repository=changing&table=customers&branch=main";
    try (EventStream first = EventStream.open(server, path, null)) {
      write(shop, "one");
      Poll.until("the first change", LIMIT, () -> !first.ids().isEmpty());
      JsonNode page = shop.get("/subscriptions/loader/next").ok();
      assertThat(positions(page)).hasSize(1);
      shop.post(
              "/subscriptions/loader/acknowledge",
              "{\"position\": " + positions(page).getFirst() + "}")
          .ok();
      write(shop, "two");
      server.kill();
      server.start();

      try (EventStream second = EventStream.open(server, path, first.lastId())) {
        write(shop, "three");
        List<Long> commits = positions(shop.get("/events?limit=1000&type=commit-created").ok());
        List<Long> ofChanges = commits.subList(commits.size() - 3, commits.size());
        Poll.until("the last change", LIMIT, () -> second.ids().contains(ofChanges.getLast()));
        assertThat(first.ids().getFirst()).isEqualTo(ofChanges.getFirst());
        assertThat(Stream.concat(first.ids().stream(), second.ids().stream()).distinct().toList())
            .isEqualTo(ofChanges);
        assertThat(positions(shop.get("/subscriptions/loader/next").ok()))
            .isEqualTo(ofChanges.subList(1, 3));
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

  /** Its connections end in the midst of a line, all at once, and are refused for a while. */
  @Test
  void theJavaClientGoesOnWhereItWasCutAndHearsWhatItAskedFor() throws Exception {
    // given a subscription to commits of some branches that change a table
    Shop shop = Shop.open(server, "subscribing");
    shop.branch("work/a", "main");
    URI url = URI.create(server.url());
    List<String> expected = new ArrayList<>();
    List<String> heard = new CopyOnWriteArrayList<>();
    try (FaultProxy proxy = FaultProxy.to(url.getHost(), url.getPort());
        EpochClient client =
            EpochClient.at("http://127.0.0.1:" + proxy.port())
                .repository("subscribing")
                .retry(new RetryPolicy(5, Duration.ofMillis(1), Duration.ofMillis(50)))
                .build()) {
      Thread subscriber =
          Thread.ofVirtual()
              .start(() ->
                  client.subscribe(
                      new Events.Selection("1", "commit-created", "work/*", "customers"),
                      event -> {
                        heard.add(event.data().path("commit").asText());
                        return heard.size() < SUBSCRIBED;
                      }));

      // when there are such commits and others, and connections break again and again
      for (int i = 0; i < SUBSCRIBED; i++) {
        switch (i % 4) {
          case 0 -> proxy.cutNextAnswer();
          case 1 -> proxy.cutAll();
          case 2 -> {
            proxy.refuse(true);
            proxy.cutAll();
          }
          default -> proxy.refuse(false);
        }
        write(shop, "on another branch " + i);
        record(shop, "orders", "{\"id\": %d, \"customer_id\": 1}".formatted(100 + i));
        expected.add(
            record(shop, "customers", "{\"id\": %d, \"name\": \"%d\"}".formatted(100 + i, i)));
        if (i % 4 < 2) {
          Poll.until("commit " + i, LIMIT, () -> heard.size() >= expected.size());
        }
      }

      // then each was heard once, in order, and nothing else; and it ends when the receiver says so
      assertThat(subscriber.join(LIMIT)).isTrue();
      assertThat(heard).isEqualTo(expected);
    }
  }

  private static String record(Shop shop, String table, String record) {
    shop.post("/tables/" + table + "/records?branch=work/a", "{\"upsert\": [" + record + "]}").ok();
    return shop.commit("work/a", record.replace("\"", ""));
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
