package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.qa.process.ServerProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The server from the start of its process until it is ready, on a data directory that is there.
 * Raw: PostgreSQL alone, on a data directory that is there.
 */
public final class ServerStart implements Measure {

  @Override
  public String id() {
    return "server-start";
  }

  @Override
  public String description() {
    return "start of the server on an existing data directory";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    Path data = workbench.home().resolve("plain-postgres");
    postgres(data, true).close();
    EmbeddedPostgres[] running = {null};
    try (ServerProcess server = ServerProcess.started(workbench.home().resolve("restarted"))) {
      new Api(server.url(), "kept").post("/repositories", Api.json("name", "kept"));
      Operation raw =
          Operation.prepared(
              () -> {
                if (running[0] != null) {
                  running[0].close();
                }
              },
              () -> running[0] = postgres(data, false));
      return List.of(
          Figure.time(
              id(),
              "until it is ready",
              Goal.atMost(4000, 2000),
              workbench
                  .scale()
                  .interleaved(1)
                  .run(raw, Operation.prepared(server::stop, server::start))));
    } finally {
      if (running[0] != null) {
        running[0].close();
      }
    }
  }

  private static EmbeddedPostgres postgres(Path data, boolean fresh) throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(data)
        .setCleanDataDirectory(fresh)
        .setServerConfig("fsync", "on")
        .start();
  }
}
