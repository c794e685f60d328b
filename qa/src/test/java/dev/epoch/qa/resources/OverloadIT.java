package dev.epoch.qa.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.resources.OpenLoop.Post;
import dev.epoch.qa.resources.OpenLoop.Sent;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten times as much is asked as the server can do. It refuses what is too much with 503 and
 * Retry-After, keeps within its memory, answers what it accepts, and loses nothing of that.
 */
class OverloadIT {
  private static final int HEAP = 512;

  private static final int BRANCHES = 16;
  private static final int CLIENTS = 16;

  @TempDir Path folder;

  @Test
  @Timeout(300)
  void aShortOverloadIsRefused() throws Exception {
    overload(Duration.ofSeconds(1), Duration.ofSeconds(4));
  }

  @Test
  @Tag("nightly")
  @Timeout(300)
  void aLongerOverloadIsRefused() throws Exception {
    overload(Duration.ofSeconds(2), Duration.ofSeconds(10));
  }

  @Test
  @Tag("long")
  @Timeout(900)
  void aMinuteOfOverloadIsRefused() throws Exception {
    overload(Duration.ofSeconds(10), Duration.ofSeconds(60));
  }

  @Test
  @Timeout(300)
  void everyWayToEndARequestMakesRoomForAnother() throws Exception {
    int most = 4;
    try (ServerProcess server = new ServerProcess(folder.resolve("data"))) {
      server.start(
          Map.of(
              "EPOCH_API_MAX_REQUESTS",
              Integer.toString(most),
              "EPOCH_API_MAX_STREAMS",
              "2",
              "EPOCH_API_MAX_BODY",
              "1K"));
      Rest rest = server.rest();
      rest.post("/repositories", "{\"name\": \"room\"}").ok();
      for (int round = 0; round < 3 * most; round++) {
        // what was left is still being worked on
        Poll.until(
            "there is room for a request",
            Duration.ofSeconds(60),
            () -> rest.get("/repositories").status() == 200);
        assertThat(
                Stream.of(
                        rest.get("/repositories"),
                        rest.get("/nowhere/at/all"),
                        rest.send("PUT", "/branches", "{}", Map.of()),
                        rest.post("/repositories", "no json"),
                        rest.post("/repositories", "{\"name\": \"room\"}"),
                        rest.post("/repositories", "{\"name\": \"" + "x".repeat(2_000) + "\"}"),
                        rest.get("/events?limit=1"))
                    .map(Rest.Answer::status))
            .containsExactly(200, 404, 405, 400, 409, 413, 200);
        Impatient.leave(server, "POST", "/repositories", "{\"name\": \"left-" + round + "\"}");
        Impatient.leave(server, "GET", "/events/stream", "");
        // a stream that was read, and whose client has gone
        Poll.until(
            "there is room for a stream",
            Duration.ofSeconds(60),
            () -> Impatient.heard(server, "/events/stream?repository=room"));
      }
    }
  }

  private void overload(Duration before, Duration length) throws Exception {
    try (ServerProcess server = new ServerProcess(folder.resolve("data")).heap(HEAP).start();
        OpenLoop load = new OpenLoop(server)) {
      Database database = open(server);
      load.sustained(CLIENTS, before, OverloadIT::post);
      double sustainable = load.sustained(CLIENTS, before, OverloadIT::post);
      int quiet = load.sent().size();
      load.run(10 * sustainable, length, OverloadIT::post);
      List<Sent> all = load.sent();
      List<Sent> loaded = all.subList(quiet, all.size());
      int peak = server.peakMebibytes();
      System.out.printf(
          "overload: sustainable %.0f/s, sent %d in %d s (%d not sent), %s, accepted p50 %d ms p99 %d ms, refused p99 %d ms, peak %d MiB%n",
          sustainable,
          loaded.size(),
          length.toSeconds(),
          load.unsent(),
          loaded.stream().collect(Collectors.groupingBy(Sent::status, Collectors.counting())),
          millis(loaded, 2, 0.5),
          millis(loaded, 2, 0.99),
          millis(loaded, 5, 0.99),
          peak);

      assertThat(all.stream().filter(one -> !isAnsweredClearly(one)).limit(20)).isEmpty();
      assertThat(loaded).anyMatch(one -> one.text().contains("OverloadedError"));
      assertThat(loaded).anyMatch(one -> one.status() / 100 == 2);
      assertThat(peak).isLessThan(HEAP + ServerProcess.BESIDE_HEAP);
      assertThat(server.running()).isTrue();
      nothingIsLost(server, database, all);
    }
  }

  private static Database open(ServerProcess server) throws Exception {
    Database database = server.database().create("load");
    database.execute("CREATE TABLE t (id bigint PRIMARY KEY, a text)");
    Rest rest = server.rest();
    rest.post("/repositories", "{\"name\": \"load\"}").ok();
    rest.post(
            "/tables?repository=load",
            "{\"name\": \"t\", \"location\": \"%s/public.t\"}".formatted(database.url()))
        .ok();
    rest.post(
            "/commits?repository=load",
            "{\"branch\": \"main\", \"message\": \"first\", \"all\": true}")
        .ok();
    for (int branch = 0; branch < BRANCHES; branch++) {
      rest.post("/branches?repository=load", "{\"name\": \"b%d\"}".formatted(branch)).ok();
    }
    return database;
  }

  /** Every other is a row, the others commit; row and commit have the request's number. */
  private static Post post(int number) {
    String branch = "b" + number / 2 % BRANCHES;
    return number % 2 == 0
        ? new Post(
            number,
            "/tables/t/records?repository=load&branch=" + branch,
            "{\"upsert\": [{\"id\": %d, \"a\": \"%s\"}]}".formatted(number, branch))
        : new Post(
            number,
            "/commits?repository=load",
            "{\"branch\": \"%s\", \"message\": \"n%d\", \"all\": true}".formatted(branch, number));
  }

  private static boolean isAnsweredClearly(Sent one) {
    boolean nothingToDo = one.status() == 422 && one.text().contains("NothingToCommitError");
    boolean busy = one.status() == 409 && one.text().contains("BranchBusyError");
    boolean comeBack = one.status() == 503 || one.status() == 429 || busy;
    return one.status() / 100 == 2 || nothingToDo || (comeBack && one.retryAfter());
  }

  private static void nothingIsLost(ServerProcess server, Database database, List<Sent> all)
      throws Exception {
    Set<Integer> rows = new TreeSet<>();
    List<Integer> commits = new ArrayList<>();
    for (int branch = 0; branch < BRANCHES; branch++) {
      try (Connection session = database.connect()) {
        Database.execute(session, "SELECT epoch.use_branch('b%d', 'load')".formatted(branch));
        Database.rows(session, "SELECT id FROM t WHERE a = 'b%d'".formatted(branch))
            .forEach(id -> rows.add(Integer.parseInt(id)));
      }
      commits.addAll(commits(server.rest(), "b" + branch));
    }
    Set<Integer> acceptedRows = numbers(all, 0, "", 2);
    Set<Integer> acceptedCommits = numbers(all, 1, "", 2);
    assertThat(rows).as("rows acknowledged").containsAll(acceptedRows);
    assertThat(commits)
        .as("commits acknowledged")
        .doesNotHaveDuplicates()
        .containsAll(acceptedCommits);
    assertThat(rows)
        .as("rows refused as too much")
        .doesNotContainAnyElementsOf(numbers(all, 0, "OverloadedError", 5));
    assertThat(commits)
        .as("commits refused as too much")
        .doesNotContainAnyElementsOf(numbers(all, 1, "OverloadedError", 5));
    System.out.printf(
        "overload: %d rows and %d commits acknowledged, all there, once%n",
        acceptedRows.size(), acceptedCommits.size());
  }

  private static Set<Integer> numbers(List<Sent> all, int kind, String text, int statusClass) {
    return all.stream()
        .filter(one -> one.post().number() % 2 == kind)
        .filter(one -> one.status() / 100 == statusClass && one.text().contains(text))
        .map(one -> one.post().number())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Integer> commits(Rest rest, String branch) {
    List<Integer> numbers = new ArrayList<>();
    JsonNode page;
    int seen = 0;
    do {
      page = rest.get("/commits?repository=load&limit=1000&ref=" + branch + "&offset=" + seen).ok();
      for (JsonNode commit : page.path("commits")) {
        String message = commit.path("message").asText();
        if (message.matches("n\\d+")) {
          numbers.add(Integer.parseInt(message.substring(1)));
        }
        seen++;
      }
    } while (page.path("has_more").asBoolean());
    return numbers;
  }

  private static long millis(List<Sent> all, int statusClass, double quantile) {
    long[] sorted =
        all.stream()
            .filter(one -> one.status() / 100 == statusClass)
            .mapToLong(Sent::micros)
            .sorted()
            .toArray();
    return sorted.length == 0 ? 0 : sorted[(int) (quantile * (sorted.length - 1))] / 1_000;
  }
}
