package dev.epoch.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The usual requests to a server that records its start: a repository with one table, and branches
 * of several clients at once that are made, written to, looked at, committed and merged, over and
 * over; then, for as long, rows and their commits alone, which is what a server under load does
 * most, so that the compiler knows these ways to the end.
 */
final class RecordedUse {

  private static final String DATABASE = "recorded";
  private static final int CLIENTS = 8;
  private static final int COMMITTING_CLIENTS = 16;
  private static final int FIRST_NEW = 10_000;
  private static final Duration READY_LIMIT = Duration.ofMinutes(3);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

  private final MetadataDatabaseUrl postgres;
  private final String server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * @param postgres what the server keeps its metadata in, and gets a database to version
   * @param port of the server's API, on 127.0.0.1
   */
  RecordedUse(MetadataDatabaseUrl postgres, int port) {
    this.postgres = postgres;
    this.server = "http://127.0.0.1:" + port;
  }

  /**
   * Uses the server for so long, not counting until it is ready.
   *
   * @throws IOException when an answer is not a success
   */
  void run(Duration use) throws IOException, InterruptedException, SQLException {
    awaitReady();
    createTable();
    post("/repositories", "{\"name\": \"%s\"}".formatted(DATABASE));
    post(
        "/tables",
        "{\"name\": \"users\", \"location\": \"postgresql://%s:%s@%s:%d/%s/public.users\"}"
            .formatted(
                postgres.user(),
                postgres.password().orElseThrow(),
                postgres.host(),
                postgres.port(),
                DATABASE));
    post("/commits", "{\"branch\": \"main\", \"message\": \"Table\", \"all\": true}");
    useBranches(System.nanoTime() + use.toNanos() / 2);
    commitRows(System.nanoTime() + use.toNanos() / 2);
  }

  private void useBranches(long end) throws IOException, InterruptedException {
    AtomicInteger rounds = new AtomicInteger();
    Callable<Void> user =
        () -> {
          do {
            int round = rounds.getAndIncrement();
            useBranch("feature-" + round, round);
          } while (System.nanoTime() < end);
          return null;
        };
    together(Collections.nCopies(CLIENTS, user));
  }

  /** Each client on a branch of its own: a commit takes all rows of the table. */
  private void commitRows(long end) throws IOException, InterruptedException {
    List<Callable<Void>> users = new ArrayList<>();
    for (int client = 0; client < COMMITTING_CLIENTS; client++) {
      String branch = "rows-" + client;
      post("/branches", "{\"name\": \"%s\", \"start_point\": \"main\"}".formatted(branch));
      users.add(() -> {
        for (int row = 0; System.nanoTime() < end; row++) {
          commitRow(branch, 2 * FIRST_NEW + row % 1_000, row);
        }
        return null;
      });
    }
    together(users);
  }

  private void commitRow(String branch, int id, int row) throws IOException, InterruptedException {
    post(
        "/tables/users/records?branch=" + branch,
        "{\"upsert\": [{\"id\": %d, \"name\": \"Ada %d\", \"credit\": 1.5}]}".formatted(id, row));
    post(
        "/commits",
        "{\"branch\": \"%s\", \"message\": \"Row %d\", \"tables\": [\"users\"]}"
            .formatted(branch, row));
  }

  private static void together(List<Callable<Void>> clients)
      throws IOException, InterruptedException {
    try (ExecutorService users = Executors.newFixedThreadPool(clients.size())) {
      for (Future<Void> used : users.invokeAll(clients)) {
        used.get();
      }
    } catch (ExecutionException failure) {
      throw new IOException("A client failed", failure.getCause());
    }
  }

  private void useBranch(String branch, int round) throws IOException, InterruptedException {
    post("/branches", "{\"name\": \"%s\", \"start_point\": \"main\"}".formatted(branch));
    for (int commit = 0; commit < 3; commit++) {
      post(
          "/tables/users/records?branch=" + branch,
          "{\"upsert\": [{\"id\": %d, \"name\": \"Ada %d\", \"credit\": 1.5}], \"delete\": [{\"id\": %d}]}"
              .formatted(FIRST_NEW + 3 * round + commit, round, 1 + 3 * round + commit));
      get("/status?branch=" + branch);
      post(
          "/commits",
          "{\"branch\": \"%s\", \"message\": \"Row\", \"all\": true}".formatted(branch));
    }
    get("/commits?branch=" + branch);
    get("/diff/users?base=main&target=" + branch);
    get("/tables/users/records?limit=20&ref=" + branch);
    get("/tables/users/records/" + (FIRST_NEW + 3 * round) + "?ref=" + branch);
    post("/query", "{\"sql\": \"SELECT count(*) FROM users\", \"ref\": \"%s\"}".formatted(branch));
    post("/branches/merge", "{\"source\": \"%s\", \"target\": \"main\"}".formatted(branch));
    get("/branches");
    get("/subscriptions");
  }

  private void awaitReady() throws IOException, InterruptedException {
    long end = System.nanoTime() + READY_LIMIT.toNanos();
    HttpRequest request = HttpRequest.newBuilder(URI.create(server + "/ready")).build();
    while (true) {
      try {
        if (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException notListeningYet) {
        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      }
      if (System.nanoTime() > end) {
        throw new IOException("The server does not become ready");
      }
    }
  }

  private void createTable() throws SQLException {
    try (Connection connection = connect(postgres.database());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + DATABASE);
    }
    try (Connection connection = connect(DATABASE);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, credit numeric(10, 2), created_at timestamptz DEFAULT now())");
      statement.execute(
          "INSERT INTO users SELECT i, 'user ' || i, i FROM generate_series(1, %d) i"
              .formatted(FIRST_NEW - 1));
    }
  }

  private Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(postgres.host(), postgres.port(), database),
        postgres.user(),
        postgres.password().orElseThrow());
  }

  private void get(String path) throws IOException, InterruptedException {
    succeed(request(path).GET());
  }

  private void post(String path, String body) throws IOException, InterruptedException {
    succeed(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private HttpRequest.Builder request(String path) {
    String separator = path.contains("?") ? "&" : "?";
    return HttpRequest.newBuilder(
            URI.create(server + "/api/v1" + path + separator + "repository=" + DATABASE))
        .timeout(ANSWER_LIMIT);
  }

  private void succeed(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(
          "%s answered %d: %s".formatted(answer.uri(), answer.statusCode(), answer.body()));
    }
  }
}
