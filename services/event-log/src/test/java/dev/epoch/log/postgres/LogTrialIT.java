package dev.epoch.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.testing.LogTrial;
import dev.epoch.log.testing.LogTrial.Stored;
import dev.epoch.log.testing.Seed;
import io.vertx.sqlclient.ClosedConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Transactions that take their time, connections that are killed: no tail skips a record, none gets
 * one twice or out of order.
 */
class LogTrialIT extends PostgresLogScenario {
  private static final int MOST_TRIES = 10;

  @Test
  void noTailSkipsOrRepeatsARecord() {
    assertThat(run(4_000, Seed.random("log trial")).reconnections()).isPositive();
  }

  @Test
  @Tag("nightly")
  void noTailSkipsOrRepeatsARecordOfMore() {
    assertThat(run(20_000, Seed.random("log trial, nightly")).reconnections()).isPositive();
  }

  @Test
  @Tag("long")
  void noTailSkipsOrRepeatsAnyOfManyRecords() {
    LogTrial.Report report = run(100_000, Seed.random("log trial, long"));
    assertThat(report.reconnections()).isPositive();
    // which connections a kill meets is chance: too few for certainty in the short one
    assertThat(report.repeated()).as("appends that were interrupted").isPositive();
  }

  private LogTrial.Report run(int events, Random random) {
    slowAppends();
    List<PostgresEventLog> logs = List.of(open(), open(), open());
    LogTrial trial = new LogTrial(new Random(random.nextLong()), events, logs, LogTrialIT::table);
    LogTrial.Report report;
    Map<?, Integer> disturbances;
    long begun = System.nanoTime();

    // when
    try (Disturbances others = new Disturbances(clients.database(), random)) {
      report = trial.run(others::stop);
      disturbances = others.stop();
    }

    // then
    System.out.printf(
        "log trial: %s, disturbances %s, %d ms%n",
        report, disturbances, (System.nanoTime() - begun) / 1_000_000);
    return report;
  }

  private static List<Stored> table() {
    List<Stored> stored = new ArrayList<>();
    clients
        .pool()
        .query("SELECT position, stream, version, id FROM epoch.events ORDER BY position")
        .execute()
        // the pool's connections are killed, too
        .onFailure(ClosedConnectionException.class)
        .retry()
        .atMost(MOST_TRIES)
        .await()
        .atMost(WAIT)
        .forEach(row ->
            stored.add(
                new Stored(row.getLong(0), row.getString(1), row.getLong(2), row.getUUID(3))));
    return stored;
  }
}
