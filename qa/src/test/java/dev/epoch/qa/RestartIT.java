package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server stops, in order and without; afterwards everything is as it was. */
@Timeout(600)
class RestartIT {

  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final List<String> QUERIES =
      List.of(
          "SELECT * FROM customers ORDER BY id",
          "SELECT * FROM orders ORDER BY id",
          "SELECT * FROM order_lines ORDER BY order_id, line");

  @TempDir Path home;
  private ServerProcess server;

  @BeforeEach
  void start() throws Exception {
    server = ServerProcess.started(home.resolve("data"));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void everythingIsAsItWasAfterAStopAndAfterAKill() throws Exception {
    // given branches, uncommitted changes, a staged table, and a merge that waits for decisions
    Shop shop = Shop.open(server, "restart");
    shop.branch("feature/x", "main");
    shop.branch("feature/y", "main");
    onBranch(shop, "feature/x", "UPDATE customers SET name = 'x' WHERE id = 1");
    onBranch(shop, "feature/x", "DELETE FROM order_lines WHERE order_id = 2");
    shop.commit("feature/x", "on x");
    shop.database().execute("UPDATE customers SET name = 'live', credit = 3 WHERE id = 1");
    shop.commit("main", "on main");
    shop.branch("feature/z", "feature/x");
    onBranch(shop, "feature/y", "INSERT INTO customers (name) VALUES ('not committed')");
    onBranch(shop, "feature/y", "UPDATE orders SET state = 'staged'");
    shop.post("/stage", "{\"branch\": \"feature/y\", \"tables\": [\"orders\"]}").ok();
    assertThat(shop.merge("feature/x", "main").status()).isEqualTo(409);
    Map<String, JsonNode> before = everything(shop);
    assertThat(before.get("/conflicts?branch=main").path("unresolved").intValue()).isEqualTo(1);

    // when, then
    server.stop();
    server.start();
    assertThat(everything(shop)).isEqualTo(before);

    server.kill();
    server.start();
    assertThat(everything(shop)).isEqualTo(before);

    // and the merge goes on
    shop.post("/conflicts/resolve", "{\"branch\": \"main\", \"resolution\": \"theirs\"}").ok();
    shop.post("/branches/merge/continue", "{\"branch\": \"main\"}").ok();
    assertThat(shop.database().rows("SELECT name, credit FROM customers WHERE id = 1"))
        .containsExactly("x|3.00");
    assertThat(recoveries(shop)).isEmpty();
  }

  @Test
  @Tag("nightly")
  void everyAcknowledgedCommitIsThereOnceAfterAKill() throws Exception {
    killAmidCommits(1);
  }

  @Test
  @Tag("nightly")
  @Timeout(1800)
  void everyAcknowledgedCommitIsThereOnceAfterManyKills() throws Exception {
    killAmidCommits(20);
  }

  private void killAmidCommits(int kills) throws Exception {
    Shop shop = Shop.open(server, "kills");
    List<String> branches = List.of("main", "b/one", "b/two");
    shop.branch("b/one", "main");
    shop.branch("b/two", "main");
    Map<String, String> acknowledged = new ConcurrentHashMap<>();
    for (int round = 1; round <= kills; round++) {
      int goal = acknowledged.size() + 4 * branches.size();
      int number = round;
      try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> running = new ArrayList<>();
        for (String branch : branches) {
          running.add(
              writers.submit(() -> commitUntilTheServerIsGone(shop, branch, number, acknowledged)));
        }
        Poll.until("commits", LIMIT, () -> acknowledged.size() >= goal);
        server.kill();
        for (Future<?> writer : running) {
          writer.get();
        }
      }
      server.start();
      for (String branch : branches) {
        checkHistory(shop, branch, acknowledged);
      }
    }
    assertThat(shop.get("/admin/recovery").ok().path("open")).isEmpty();
  }

  /** Each commit has one new customer whose name is the message of the commit. */
  private static void commitUntilTheServerIsGone(
      Shop shop, String branch, int round, Map<String, String> acknowledged) {
    String prefix = branch + " " + round + "-";
    for (int i = 0; ; i++) {
      String message = prefix + i;
      try {
        int id = 1000 + round * 10_000 + i;
        String record = "{\"upsert\": [{\"id\": %d, \"name\": \"%s\"}]}".formatted(id, message);
        if (shop.post("/tables/customers/records?branch=" + Rest.escaped(branch), record).status()
            != 200) {
          return;
        }
        Rest.Answer commit =
            shop.post(
                "/commits",
                "{\"branch\": \"%s\", \"message\": \"%s\", \"all\": true}"
                    .formatted(branch, message));
        if (commit.status() != 201) {
          return;
        }
        acknowledged.put(message, commit.json().path("id").textValue());
      } catch (UncheckedIOException gone) {
        return;
      }
    }
  }

  private static void checkHistory(Shop shop, String branch, Map<String, String> acknowledged) {
    Map<String, String> found = new TreeMap<>();
    JsonNode page = shop.get("/commits?limit=1000&ref=" + Rest.escaped(branch)).ok();
    for (JsonNode commit : page.path("commits")) {
      String former = found.put(commit.path("message").textValue(), commit.path("id").textValue());
      assertThat(former).as("a commit that is there twice: " + commit).isNull();
      assertThat(commit.path("stats").path("inserted").longValue()).isGreaterThan(0);
    }
    acknowledged.forEach((message, id) -> {
      if (message.startsWith(branch + " ")) {
        assertThat(found).containsEntry(message, id);
      }
    });
    // An unacknowledged commit may be there, and then wholly.
    List<String> names = new ArrayList<>();
    shop.post(
            "/query",
            "{\"ref\": \"%s\", \"limit\": 100000, \"sql\": \"SELECT name FROM customers WHERE id >= 1000\"}"
                .formatted(branch))
        .ok()
        .path("rows")
        .forEach(row -> names.add(row.path(0).textValue()));
    assertThat(names).doesNotHaveDuplicates();
    found.keySet().stream()
        .filter(message -> message.startsWith(branch + " "))
        .forEach(message -> assertThat(names).contains(message));
  }

  /** Heads, branches, status, conflicts, history, and each query at each commit. */
  private static Map<String, JsonNode> everything(Shop shop) {
    Map<String, JsonNode> all = new TreeMap<>();
    List<String> paths = new ArrayList<>(List.of("/branches", "/tables", "/conflicts?branch=main"));
    JsonNode branches = shop.get("/branches").ok().path("branches");
    for (JsonNode branch : branches) {
      String name = Rest.escaped(branch.path("name").textValue());
      paths.add("/status?branch=" + name);
      paths.add("/commits?ref=" + name);
      paths.add("/tables/customers/records?working=true&ref=" + name);
      paths.add("/branches/" + name);
    }
    paths.forEach(path -> all.put(path, shop.get(path).ok()));
    for (JsonNode commit : shop.get("/commits?all=true").ok().path("commits")) {
      String id = commit.path("id").textValue();
      for (String sql : QUERIES) {
        all.put(
            id + " " + sql,
            shop.post("/query", "{\"sql\": \"%s\", \"ref\": \"%s\"}".formatted(sql, id)).ok());
      }
    }
    all.put("events", shop.get("/events?limit=1000").ok());
    return all;
  }

  private static List<JsonNode> recoveries(Shop shop) {
    List<JsonNode> recoveries = new ArrayList<>();
    shop.get("/admin/recovery").ok().path("recoveries").forEach(recoveries::add);
    return recoveries;
  }

  private static void onBranch(Shop shop, String branch, String... statements) throws Exception {
    try (Connection session = shop.database().connect()) {
      Database.execute(session, "SELECT epoch.use_branch('" + branch + "')");
      Database.execute(session, statements);
    }
  }
}
