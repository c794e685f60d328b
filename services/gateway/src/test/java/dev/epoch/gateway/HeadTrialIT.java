package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.gateway.history.GatewayHeads;
import dev.epoch.gateway.history.HeadTrial;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.postgres.PostgresChunkStore;
import dev.epoch.log.postgres.PostgresEventLog;
import dev.epoch.log.postgres.PostgresLogConfiguration;
import dev.epoch.log.postgres.PostgresSnapshotStore;
import dev.epoch.log.testing.PostgresClients;
import dev.epoch.log.testing.Seed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Branch heads are registers with compare-and-set: every history of racing clients is linearizable.
 * Log and data are in a real PostgreSQL.
 */
class HeadTrialIT {
  private static final Duration WAIT = Duration.ofSeconds(30);

  @Test
  void aHistoryOfRacingClientsIsLinearizable() {
    run(1, Integer.getInteger("epoch.operations", 3_000));
  }

  @Test
  @Tag("nightly")
  void longerHistoriesOfRacingClientsAreLinearizable() {
    run(3, Integer.getInteger("epoch.operations", 10_000));
  }

  @Test
  @Tag("long")
  void manyHistoriesOfRacingClientsAreLinearizable() {
    run(Integer.getInteger("epoch.histories", 100), Integer.getInteger("epoch.operations", 50_000));
  }

  private static void run(int histories, int operations) {
    Random random = Seed.random("history check");
    for (int history = 1; history <= histories; history++) {
      long seed = random.nextLong();
      long begun = System.nanoTime();
      Map<String, Integer> counts = new TreeMap<>();
      try (Repository repository = new Repository()) {
        HeadTrial trial =
            new HeadTrial(
                new GatewayHeads(repository.test.server(), repository.test.repository()),
                operations,
                new Random(seed));
        trial.check();
        counts = trial.counts();
        repository.replay();
      } catch (AssertionError failure) {
        throw new AssertionError("history " + history + " " + counts, failure);
      }
      System.out.printf(
          "history check: history %d of %d, %d operations %s, %d ms%n",
          history, histories, operations, counts, (System.nanoTime() - begun) / 1_000_000);
    }
  }

  /** One repository with one table, on databases of its own. */
  private static final class Repository implements AutoCloseable {
    private final PostgresClients clients = PostgresClients.open(List.of(EventLogMigrations.ALL));
    private final PostgresEventLog log =
        new PostgresEventLog(
            PostgresLogConfiguration.of(
                clients.vertx(), clients.pool(), clients.database().connectOptions()));
    private final TestServer test =
        new TestServer(
            log, new PostgresChunkStore(clients.pool()), new PostgresSnapshotStore(clients.pool()));

    Repository() {
      test.database.execute("CREATE TABLE t (id int PRIMARY KEY)");
      test.register("t");
      test.commit("main", "0");
    }

    /** What was published is what the log says. */
    void replay() {
      var published = test.repository().state();
      test.restart(Failpoints.NONE);
      assertThat(test.repository().state()).isEqualTo(published);
      assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    }

    @Override
    public void close() {
      test.close();
      log.close().await().atMost(WAIT);
      clients.close();
    }
  }
}
