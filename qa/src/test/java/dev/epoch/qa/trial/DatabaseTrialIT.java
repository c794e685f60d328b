package dev.epoch.qa.trial;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Databases crash, refuse, stall, and break off in mid-answer. Clients are told to come back, the
 * server heals by itself, and nothing is lost or there twice.
 */
class DatabaseTrialIT {

  @TempDir Path folder;

  @Test
  @Timeout(900)
  void theServerHealsFromAFewFaults() throws Exception {
    run(Integer.getInteger("epoch.test.faults", 2));
  }

  @Test
  @Tag("nightly")
  @Timeout(900)
  void theServerHealsFromEachFault() throws Exception {
    run(DatabaseTrial.Fault.values().length);
  }

  @Test
  @Tag("long")
  @Timeout(7200)
  void theServerHealsFromManyFaults() throws Exception {
    run(100);
  }

  private void run(int faults) throws Exception {
    long seed = Long.getLong("epoch.test.seed", System.nanoTime());
    System.out.println("database trial: -Depoch.test.seed=" + seed);
    try (DatabaseTrial trial = new DatabaseTrial(folder, seed)) {
      try {
        trial.run(faults);
      } catch (Throwable failure) {
        Path log = Files.createTempFile("epoch-database-trial", ".log");
        Files.writeString(log, trial.evidence());
        throw new AssertionError(
            "seed %d, %s, evidence in %s: %s"
                .formatted(seed, trial.counts(), log, failure.getMessage()),
            failure);
      } finally {
        System.out.printf(
            "database trial: seed %d, slowest healing %d ms, %s%n",
            seed, trial.slowest().toMillis(), trial.counts());
      }
    }
  }
}
