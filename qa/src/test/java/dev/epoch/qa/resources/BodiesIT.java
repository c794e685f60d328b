package dev.epoch.qa.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that send much, or nothing, or ask for what lasts, do not keep others from the server.
 */
@Timeout(180)
class BodiesIT {
  private static final int HEAP = 512;
  private static final int REQUESTS = 12;
  private static final int MEBIBYTES = 57;

  @TempDir static Path home;
  private static ServerProcess server;
  private static Shop shop;

  @BeforeAll
  static void start() throws Exception {
    server =
        new ServerProcess(home.resolve("data"))
            .heap(HEAP)
            .start(
                Map.of(
                    "EPOCH_API_READ_TIMEOUT",
                    "1S",
                    "EPOCH_API_MAX_REQUESTS",
                    Integer.toString(REQUESTS)));
    shop = Shop.open(server, "bodies");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static Socket connect(ServerProcess to) throws IOException {
    URI address = URI.create(to.url());
    Socket socket = new Socket(address.getHost(), address.getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static byte[] head(String path, long length) {
    return """
    POST /api/v1%s HTTP/1.1\r
    Host: 127.0.0.1\r
    Content-Type: application/json\r
    Content-Length: %d\r
    \r
    """
        .formatted(path, length)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends a body of empty records; the status of the answer, 0 if the connection was cut. */
  private static int empties(ServerProcess to, String path) throws IOException {
    byte[] start = "{\"upsert\": [{}".getBytes(StandardCharsets.US_ASCII);
    byte[] some = ",{}".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
    byte[] end = "]}".getBytes(StandardCharsets.US_ASCII);
    int times = MEBIBYTES * (1 << 20) / some.length;
    try (Socket socket = connect(to)) {
      OutputStream out = socket.getOutputStream();
      try {
        out.write(head(path, start.length + (long) times * some.length + end.length));
        out.write(start);
        for (int i = 0; i < times; i++) {
          out.write(some);
        }
        out.write(end);
      } catch (IOException cut) {
        // what was answered before is read below
      }
      return status(socket.getInputStream());
    }
  }

  private static int status(InputStream in) {
    try {
      String line = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
      return line.startsWith("HTTP/1.1 ") ? Integer.parseInt(line.substring(9)) : 0;
    } catch (IOException cut) {
      return 0;
    }
  }

  private static <T> List<T> together(int times, Callable<T> work) throws Exception {
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        running.add(threads.submit(work));
      }
      for (Future<T> one : running) {
        results.add(one.get());
      }
    }
    return results;
  }

  @Test
  void bodiesThatGrowWhenTheyAreReadAreRefused() throws Exception {
    String path = "/tables/customers/records?branch=main&repository=bodies";

    List<Integer> statuses = together(8, () -> empties(server, path));

    assertThat(statuses).isSubsetOf(413, 503, 0).containsAnyOf(413, 503);
    Poll.until(
        "all of them have ended",
        Duration.ofSeconds(20),
        () -> shop.get("/status?branch=main").status() == 200);
    assertThat(shop.get("/status?branch=main").ok().path("clean").booleanValue()).isTrue();
    // all memory is free again: what fits alone is taken
    StringBuilder fits = new StringBuilder("{\"upsert\": [");
    for (int i = 0; i < 20_000; i++) {
      fits.append(i == 0 ? "" : ",").append("{\"id\": ").append(i).append(", \"name\": \"n\"}");
    }
    assertThat(shop.post("/tables/customers/records?branch=main", fits + "]}").status())
        .isEqualTo(200);
    assertThat(server.running()).isTrue();
  }

  @Test
  void clientsThatFallSilentAreLeft() throws Exception {
    for (int length : new int[] {100, 1 << 20}) {
      try (Socket half = connect(server)) {
        half.getOutputStream().write(head("/branches?repository=bodies", length));
        half.getOutputStream().write("{\"name\": ".getBytes(StandardCharsets.US_ASCII));

        String answer = new String(half.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(answer).startsWith("HTTP/1.1 408 ").contains("\"RequestTimeoutError\"");
      }
    }
    try (Socket headers = connect(server);
        Socket nothing = connect(server)) {
      headers.getOutputStream().write("GET /api/v1/branches HTTP/1.1\r\nHo".getBytes());
      assertThat(headers.getInputStream().readAllBytes()).isEmpty();
      assertThat(nothing.getInputStream().readAllBytes()).isEmpty();
    }
    // who waits for an answer may be silent
    assertThat(shop.post("/query", "{\"sql\": \"SELECT 1 FROM pg_sleep(4)\"}").ok().path("rows"))
        .hasSize(1);
    assertThat(server.log()).doesNotContain("Unforeseen failure");
  }

  @Test
  void oneRepositoryLeavesPlacesForOthers() throws Exception {
    server.rest().post("/repositories", "{\"name\": \"others\"}").ok();
    String sleeping = "{\"sql\": \"SELECT count(*) FROM customers, pg_sleep(3)\"}";
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Rest.Answer>> sleepers = new ArrayList<>();
      for (int i = 0; i < 3 * REQUESTS; i++) {
        sleepers.add(threads.submit(() -> shop.post("/query", sleeping)));
      }
      // a request of its own that came in between would go on finding its place
      Poll.until(
          "the share is taken",
          Duration.ofSeconds(20),
          () -> sleepers.stream().anyMatch(Future::isDone));
      int refused = 0;
      for (long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
          refused == 0 && System.nanoTime() < end; ) {
        refused = shop.get("/branches").status() == 503 ? 1 : 0;
        assertThat(server.rest().get("/branches?repository=others").status()).isEqualTo(200);
      }
      assertThat(refused).isEqualTo(1);
      List<Integer> statuses = new ArrayList<>();
      for (Future<Rest.Answer> sleeper : sleepers) {
        statuses.add(sleeper.get().status());
      }
      assertThat(statuses).contains(200, 503);
    }
    Poll.until(
        "all of them have ended",
        Duration.ofSeconds(20),
        () -> shop.get("/branches").status() == 200);
  }

  @Test
  void aServerThatHasRunOutOfMemoryEnds() throws Exception {
    try (ServerProcess small = new ServerProcess(home.resolve("small"))) {
      small.start(Map.of("EPOCH_JAVA_OPTIONS", "-Xmx160m", "EPOCH_API_BODY_MEMORY", "100G"));
      small.rest().post("/repositories", "{\"name\": \"x\"}").ok();

      together(4, () -> empties(small, "/tables/t/records?repository=x"));

      assertThat(small.awaitEnd()).isEqualTo(3);
      assertThat(small.log()).contains("Terminating due to java.lang.OutOfMemoryError");
    }
  }
}
