package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.AnsweringServer;
import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Load;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Latency;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Many clients that write one row over REST and commit it, four on each branch, each with a table
 * of its own there: every commit holds the one row that its client changed, and those of a branch
 * stand one behind another.
 */
public final class CommitRate implements Measure {

  private static final int CLIENTS = 64;
  private static final int BRANCHES = 16;
  private static final int PARTS = 3;
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final int WARM_UP_SECONDS = 10;
  private static final int WARM_UP_PARTS = 12;
  private static final int TABLES = CLIENTS / BRANCHES;
  private static final int ROWS = 10_000;
  private static final int MUST = 333;
  private static final int AIM = 600;

  @Override
  public String id() {
    return "commit-rate";
  }

  @Override
  public String description() {
    return "commits per second, 64 clients on 16 branches, one changed row each";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    List<String> setUp = new ArrayList<>();
    for (int i = 0; i < TABLES; i++) {
      setUp.add("CREATE TABLE " + table(i) + " (id bigint PRIMARY KEY, balance bigint NOT NULL)");
      setUp.add("INSERT INTO " + table(i) + " SELECT i, 0 FROM generate_series(1, " + ROWS + ") i");
    }
    setUp.add("CREATE TABLE plain (LIKE account_0 INCLUDING ALL)");
    setUp.add("INSERT INTO plain SELECT * FROM account_0");
    setUp.add("CREATE TABLE plain_log (id bigserial PRIMARY KEY, account bigint, balance bigint)");
    Repository repository = workbench.repository("commits", setUp.toArray(String[]::new));
    for (int i = 0; i < TABLES; i++) {
      repository.register(table(i));
    }
    for (int i = 0; i < BRANCHES; i++) {
      repository.branch("branch-" + i);
    }
    Duration part = Duration.ofSeconds(workbench.scale().seconds());
    warmClients();
    Load.Result first = Load.run(CLIENTS, FIRST, number -> committer(repository.api(), number));
    Load.run(CLIENTS, warmUp(part), number -> committer(repository.api(), number));
    Totals raw = new Totals();
    Totals commits = new Totals();
    Duration processors = Duration.ZERO;
    Duration behind = Duration.ZERO;
    for (int i = 0; i < PARTS; i++) {
      List<Connection> sessions = new ArrayList<>();
      try {
        raw.add(Load.run(CLIENTS, part, number -> transaction(repository, sessions, number)));
      } finally {
        for (Connection session : sessions) {
          session.close();
        }
      }
      Duration before = workbench.processorTime();
      commits.add(Load.run(CLIENTS, part, number -> committer(repository.api(), number)));
      processors = processors.plus(workbench.processorTime()).minus(before);
      long asked = System.nanoTime();
      repository.api().get("/commits?limit=1&branch=branch-0");
      behind = longer(behind, Duration.ofNanos(System.nanoTime() - asked));
    }
    return List.of(
        Figure.value(
                id(),
                "64 clients, 16 branches",
                "/s",
                Goal.atLeast(MUST, AIM),
                commits.rate(),
                commits.latency())
            .note(
                "a step is the writing of a row and its commit, %.1f ms of the processors without the client; ratio to raw %.3f; a log asked for behind the last one waits %d ms for its read model"
                    .formatted(
                        processors.toNanos() / 1e6 / commits.done,
                        commits.rate() / raw.rate(),
                        behind.toMillis())),
        Figure.value(
                id(),
                "first ten seconds",
                "/s",
                Goal.atLeast(0.7 * MUST, 0.9 * AIM),
                first.rate(),
                Latency.of(first.latency()))
            .note(
                "must and aim are 0.7 and 0.9 of those above; %.2f of what was measured above"
                    .formatted(first.rate() / commits.rate())),
        Figure.value(id(), "raw PostgreSQL, 64 sessions", "/s", null, raw.rate(), raw.latency())
            .note("one UPDATE and one INSERT in a transaction; its times stand under Epoch"));
  }

  /**
   * Has the clients of this process compiled before a server's first seconds are measured, which
   * are not to pay for them: they do what they do later against one that only answers.
   */
  private static void warmClients() throws Exception {
    try (AnsweringServer server = AnsweringServer.start()) {
      Api api = new Api(server.url(), "none");
      Load.run(CLIENTS, Duration.ofSeconds(WARM_UP_SECONDS), number -> committer(api, number));
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Duration warmUp(Duration part) {
    return Duration.ofSeconds(Math.max(WARM_UP_SECONDS, WARM_UP_PARTS * part.toSeconds()));
  }

  private static Load.Step committer(Api api, int number) {
    String branch = "branch-" + number % BRANCHES;
    String table = table(number / BRANCHES);
    long[] turn = {0};
    return () -> {
      long value = System.nanoTime();
      long id = 1 + turn[0]++ % ROWS;
      api.post(
          "/tables/" + table + "/records?branch=" + branch,
          "{\"upsert\": [{\"id\": %d, \"balance\": %d}]}".formatted(id, value));
      api.post(
          "/commits", Api.json("branch", branch, "message", "row " + id, "tables", List.of(table)));
      return 1;
    };
  }

  private static String table(int number) {
    return "account_" + number;
  }

  private static Load.Step transaction(Repository repository, List<Connection> sessions, int number)
      throws SQLException {
    Connection session = repository.database().connect();
    sessions.add(session);
    session.setAutoCommit(false);
    PreparedStatement update =
        session.prepareStatement("UPDATE plain SET balance = ? WHERE id = ?");
    PreparedStatement insert =
        session.prepareStatement("INSERT INTO plain_log (account, balance) VALUES (?, ?)");
    long[] turn = {0};
    return () -> {
      long id = 1 + number * 150L + turn[0]++ % 150;
      update.setLong(1, turn[0]);
      update.setLong(2, id);
      update.executeUpdate();
      insert.setLong(1, id);
      insert.setLong(2, turn[0]);
      insert.executeUpdate();
      session.commit();
      return 1;
    };
  }

  /** Adds up the parts of one kind. */
  private static final class Totals {
    private final org.HdrHistogram.Histogram latency = Latency.histogram();
    private long done;
    private double seconds;

    void add(Load.Result result) {
      latency.add(result.latency());
      done += result.done();
      seconds += result.seconds();
    }

    double rate() {
      return done / seconds;
    }

    Latency latency() {
      return Latency.of(latency);
    }
  }
}
