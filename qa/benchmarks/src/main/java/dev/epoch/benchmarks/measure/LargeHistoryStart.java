package dev.epoch.benchmarks.measure;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Figure;
import dev.epoch.benchmarks.Goal;
import dev.epoch.benchmarks.Latency;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.Workbench;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * A server with little heap on a repository of many commits, at full scale a million: its start by
 * turns with that of one without commits, and a command that looks at the whole history.
 */
public final class LargeHistoryStart implements Measure {

  private static final String NAME = "large";
  private static final int BRANCHES = 16;
  private static final int HEAP = 256;
  private static final int COMMANDS = 20;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration FOLLOW_LIMIT = Duration.ofMinutes(30);

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
      long begin = System.nanoTime();
      server.start(large);
      double replayed = (System.nanoTime() - begin) / 1e9;
      other.start(small);
      Api api = new Api(server.url(), NAME);
      Poll.until("the read models have all", FOLLOW_LIMIT, () -> followed(api));
      List<Figure> figures = new ArrayList<>();
      Histogram latency = Latency.histogram();
      for (int i = 0; i < COMMANDS; i++) {
        api.post(
            "/branches",
            Api.json("name", "old-" + i, "start_point", history.id(1), "checkout", false));
        long start = System.nanoTime();
        api.delete("/branches/old-" + i);
        latency.recordValue(System.nanoTime() - start);
      }
      Latency deleted = Latency.of(latency);
      figures.add(
          Figure.value(
                  id(), "delete a branch at its first commit", "ms", null, deleted.p50(), deleted)
              .note("every other head is looked at down to it"));
      figures.add(
          Figure.time(
              id(),
              "until it is ready, beside one without commits",
              Goal.atMost(3000, 1000),
              workbench
                  .scale()
                  .interleaved(1)
                  .run(
                      Operation.prepared(other::stop, () -> other.start(small)),
                      Operation.prepared(server::stop, () -> server.start(large)))));
      figures.add(
          Figure.value(id(), "most memory after a start", "MiB", null, server.peakMebibytes(), null)
              .note(
                  "heap of %d MiB; without commits %d; replay of all records %.1f s"
                      .formatted(HEAP, other.peakMebibytes(), replayed)));
      return figures;
    }
  }

  private static boolean followed(Api api) throws Exception {
    for (JsonNode projection : Api.parse(api.get("/admin/projections")).path("projections")) {
      if (projection.path("lag").asLong() > 0) {
        return false;
      }
    }
    return true;
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
