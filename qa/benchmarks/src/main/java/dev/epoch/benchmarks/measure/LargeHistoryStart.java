package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Latency;
import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.postgres.MetadataSchema;
import dev.epoch.log.postgres.PostgresEventLog;
import dev.epoch.log.postgres.PostgresLogConfiguration;
import dev.epoch.log.testing.LargeHistory;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.ServerProcess;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/**
 * A server with little heap on a repository of many commits, at full scale a million: its start,
 * and a command that looks at the whole history.
 */
public final class LargeHistoryStart implements Measure {

  private static final String NAME = "large";
  private static final int BRANCHES = 16;
  private static final int HEAP = 256;
  private static final int COMMANDS = 20;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int STARTS = 5;
  private static final Duration REPLAY_LIMIT = Duration.ofMinutes(20);
  private static final Pattern OPENED = Pattern.compile("repositories are open, after (\\d+) ms");

  @Override
  public String id() {
    return "large-history";
  }

  @Override
  public String description() {
    return "start and memory of a server with a long history";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    int commits = workbench.scale().largeRows() / 10;
    LargeHistory history = new LargeHistory(NAME, commits, BRANCHES, null);
    Map<String, String> large = settings(workbench.database("large_log"), history);
    Map<String, String> small =
        settings(workbench.database("small_log"), new LargeHistory(NAME, 10, 1, null));
    try (ServerProcess server =
            new ServerProcess(workbench.home().resolve("large-history")).heap(HEAP);
        ServerProcess other =
            new ServerProcess(workbench.home().resolve("small-history")).heap(HEAP)) {
      workbench.progress("%,d commits in the log".formatted(commits));
      server.launch(large);
      Api api = new Api(server.url(), NAME);
      Poll.until("all records are replayed", REPLAY_LIMIT, () -> ready(server, api));
      long replayed = opened(server);
      other.start(small);
      Histogram latency = Latency.histogram();
      for (int i = 0; i < COMMANDS; i++) {
        String name = "old-" + i;
        api.post(
            "/branches", Api.json("name", name, "start_point", history.id(1), "checkout", false));
        long start = System.nanoTime();
        api.delete("/branches/" + name);
        latency.recordValue(System.nanoTime() - start);
      }
      Histogram opening = Latency.histogram();
      for (int i = 0; i < STARTS; i++) {
        server.stop();
        server.start(large);
        opening.recordValue(TimeUnit.MILLISECONDS.toNanos(opened(server)));
      }
      other.stop();
      other.start(small);
      Latency opens = Latency.of(opening);
      Latency deleted = Latency.of(latency);
      return List.of(
          Figure.value(id(), "open", "ms", Goal.atMost(3000, 1000), opens.p50(), opens)
              .note(
                  "heap of %d MiB; from the start of its work to the last repository; without commits %d ms; without a snapshot %.1f s"
                      .formatted(HEAP, opened(other), replayed / 1e3)),
          Figure.value(id(), "most memory after it", "MiB", null, server.peakMebibytes(), null)
              .note(
                  "of the whole process, beside the read models that follow; without commits %d"
                      .formatted(other.peakMebibytes())),
          Figure.value(
                  id(), "delete a branch at the first commit", "ms", null, deleted.p50(), deleted)
              .note("every other head is followed down to it"));
    }
  }

  private static boolean ready(ServerProcess server, Api api) throws Exception {
    if (!server.running()) {
      throw new AssertionError("The server ended:\n" + server.log());
    }
    try {
      api.get("/repositories");
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** How long the last start took to open its repositories, as its log says, in milliseconds. */
  private static long opened(ServerProcess server) {
    return OPENED
        .matcher(server.log())
        .results()
        .mapToLong(found -> Long.parseLong(found.group(1)))
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  private static Map<String, String> settings(Database database, LargeHistory history) {
    PgConnectOptions options =
        new PgConnectOptions()
            .setHost(database.host())
            .setPort(database.port())
            .setDatabase(database.name())
            .setUser(database.user())
            .setPassword(database.password())
            .setCachePreparedStatements(true);
    Vertx vertx = Vertx.vertx();
    Pool pool =
        PgBuilder.pool()
            .with(new PoolOptions().setMaxSize(4))
            .connectingTo(options)
            .using(vertx)
            .build();
    try {
      new MetadataSchema(pool).apply(List.of(EventLogMigrations.ALL)).await().atMost(LIMIT);
      PostgresEventLog log =
          new PostgresEventLog(PostgresLogConfiguration.of(vertx, pool, options));
      try {
        history.appendTo(log, "repository/" + NAME);
      } finally {
        log.close().await().atMost(LIMIT);
      }
    } finally {
      pool.close().await().atMost(LIMIT);
      vertx.close().await().atMost(LIMIT);
    }
    return Map.of("EPOCH_METADATA_URL", database.url());
  }
}
