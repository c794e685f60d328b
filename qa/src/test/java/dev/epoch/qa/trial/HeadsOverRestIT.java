package dev.epoch.qa.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.gateway.history.HeadTrial;
import dev.epoch.log.testing.Seed;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Branch heads are registers with compare-and-set for clients of the REST API, too: a history of
 * racing clients is linearizable, and a server that starts anew stands where the last one did.
 */
class HeadsOverRestIT {
  private static final String REPOSITORY = "heads";

  @TempDir Path folder;

  @Test
  @Timeout(600)
  void aHistoryIsLinearizable() throws Exception {
    run(600);
  }

  @Test
  @Tag("nightly")
  @Timeout(600)
  void aLongerHistoryIsLinearizable() throws Exception {
    run(2_000);
  }

  @Test
  @Tag("long")
  @Timeout(3_600)
  void aLongHistoryIsLinearizable() throws Exception {
    run(20_000);
  }

  private void run(int operations) throws Exception {
    try (ServerProcess server = ServerProcess.started(folder.resolve("data"))) {
      open(server);
      RestHeads heads = new RestHeads(server.rest(), REPOSITORY);
      HeadTrial trial = new HeadTrial(heads, operations, Seed.random("heads over REST"));
      trial.check();
      System.out.printf("heads over REST: %d operations %s%n", operations, trial.counts());
      var before = heads.heads();
      server.kill();
      server.start();
      assertThat(new RestHeads(server.rest(), REPOSITORY).heads()).isEqualTo(before);
    }
  }

  private static void open(ServerProcess server) throws Exception {
    Database database = server.database().create(REPOSITORY);
    database.execute("CREATE TABLE t (id int PRIMARY KEY)");
    Rest rest = server.rest();
    rest.post("/repositories", "{\"name\": \"%s\"}".formatted(REPOSITORY)).ok();
    rest.post(
            "/tables?repository=" + REPOSITORY,
            "{\"name\": \"t\", \"location\": \"%s/public.t\"}".formatted(database.url()))
        .ok();
    rest.post(
            "/commits?repository=" + REPOSITORY,
            "{\"branch\": \"main\", \"message\": \"0\", \"all\": true}")
        .ok();
  }
}
