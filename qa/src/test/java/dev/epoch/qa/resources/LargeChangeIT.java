package dev.epoch.qa.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.BitSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every row of a table is changed on a branch, and every row on main, in other fields: committed,
 * diffed and merged in less memory than the rows take.
 */
class LargeChangeIT {
  private static final Duration PATIENCE = Duration.ofMinutes(30);
  private static final String REPOSITORY = "large";

  @TempDir Path folder;

  @Test
  @Tag("nightly")
  @Timeout(300)
  void manyChangedRowsAreDiffedAndMergedInLittleMemory() throws Exception {
    changeAll(15_000, 1_200, 112);
  }

  @Test
  @Tag("nightly")
  @Timeout(900)
  void moreChangedRowsAreDiffedAndMergedInLittleMemory() throws Exception {
    changeAll(100_000, 600, 112);
  }

  @Test
  @Tag("long")
  @Timeout(3600)
  void aMillionChangedRowsAreDiffedAndMergedIn512Mebibytes() throws Exception {
    changeAll(1_000_000, 100, 512);
  }

  /**
   * @param width of a row beside its other fields, in bytes
   * @param heap of the server, in MiB
   */
  private void changeAll(int rows, int width, int heap) throws Exception {
    try (ServerProcess server = new ServerProcess(folder.resolve("data")).heap(heap).start()) {
      Rest rest = server.rest().waiting(PATIENCE);
      Database database = server.database().create(REPOSITORY);
      database.execute(
          "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b text NOT NULL, n int NOT NULL)",
          "INSERT INTO t SELECT i, 'a' || i, repeat('b', %d), i FROM generate_series(1, %d) i"
              .formatted(width, rows),
          "ANALYZE t");
      timed("registered", () -> open(rest, database));
      timed("changed on the branch", () -> changeBranch(database));
      timed("committed there", () -> commit(rest, "wide"));
      timed("changed on main", () -> database.execute("UPDATE t SET n = -n"));
      timed("committed there", () -> commit(rest, "main"));

      timed(
          "diff read as lines",
          () -> assertThat(updates(server, "/diff/t?base=main&target=wide")).isEqualTo(rows));
      JsonNode[] merged = new JsonNode[1];
      timed(
          "merged",
          () ->
              merged[0] =
                  post(rest, "/branches/merge", "{\"source\": \"wide\", \"target\": \"main\"}"));
      System.out.printf(
          "large change: %,d rows of %d bytes changed on each side, heap %d MiB, peak of the process %d MiB%n",
          rows, width, heap, server.peakMebibytes());

      assertThat(
              database.rows(
                  "SELECT count(*), count(*) FILTER (WHERE a = 'w' || id AND n = -id AND length(b) = %d) FROM t"
                      .formatted(width)))
          .containsExactly(rows + "|" + rows);
      assertThat(updates(server, "/diff/t?base=wide&target=main")).isEqualTo(rows);
      assertThat(server.peakMebibytes()).isLessThan(heap + ServerProcess.BESIDE_HEAP);
      assertThat(server.running()).isTrue();
    }
  }

  private static void open(Rest rest, Database database) {
    rest.post("/repositories", "{\"name\": \"" + REPOSITORY + "\"}").ok();
    post(
        rest,
        "/tables",
        "{\"name\": \"t\", \"location\": \"%s/public.t\"}".formatted(database.url()));
    commit(rest, "main");
    post(rest, "/branches", "{\"name\": \"wide\"}");
  }

  private static void changeBranch(Database database) throws Exception {
    try (Connection session = database.connect()) {
      Database.execute(
          session,
          "SELECT epoch.use_branch('wide', '" + REPOSITORY + "')",
          "UPDATE t SET a = 'w' || id");
    }
  }

  private static void commit(Rest rest, String branch) {
    post(
        rest,
        "/commits",
        "{\"branch\": \"%s\", \"message\": \"all of it\", \"all\": true}".formatted(branch));
  }

  private static JsonNode post(Rest rest, String path, String body) {
    return rest.post(path + "?repository=" + REPOSITORY, body).ok();
  }

  /** Reads a diff to its end: how many different keys were updated. */
  private static int updates(ServerProcess server, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create(server.url() + "/api/v1" + path + "&repository=" + REPOSITORY))
              .header("Accept", "application/x-ndjson")
              .timeout(PATIENCE)
              .build();
      HttpResponse<Stream<String>> answer = client.send(request, BodyHandlers.ofLines());
      assertThat(answer.statusCode()).isEqualTo(200);
      BitSet keys = new BitSet();
      Function<String, Integer> key =
          line -> Integer.parseInt(line.replaceFirst(".*?\"id\":(\\d+).*", "$1"));
      try (Stream<String> lines = answer.body()) {
        lines.filter(line -> line.contains("\"update\"")).map(key).forEach(keys::set);
      }
      return keys.cardinality();
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  private static void timed(String what, Step step) throws Exception {
    long start = System.nanoTime();
    step.run();
    System.out.printf("large change: %s in %.1f s%n", what, (System.nanoTime() - start) / 1e9);
  }
}
