package dev.epoch.qa.trial;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several servers on one log lose nothing, do nothing twice and nothing by halves, whichever of
 * them ends, or is paused for longer than its lease.
 */
class ServersTrialIT {

  @TempDir Path folder;

  @Test
  @Tag("nightly")
  @Timeout(900)
  void threeServersAreOneInAFewFaults() throws Exception {
    run(Integer.getInteger("epoch.test.faults", 3));
  }

  @Test
  @Tag("nightly")
  @Timeout(1_800)
  void threeServersAreOneInTensOfFaults() throws Exception {
    run(40);
  }

  @Test
  @Tag("long")
  @Timeout(20_000)
  void threeServersAreOneInManyFaults() throws Exception {
    run(400);
  }

  private void run(int faults) throws Exception {
    long seed = Long.getLong("epoch.test.seed", System.nanoTime());
    System.out.println("servers trial: -Depoch.test.seed=" + seed);
    try (ServersTrial trial = new ServersTrial(folder, seed)) {
      try {
        trial.run(faults);
      } catch (Throwable failure) {
        Path log = Files.createTempFile("epoch-servers-trial", ".log");
        Files.writeString(log, trial.log());
        throw new AssertionError(
            "seed %d, %s, servers' logs in %s: %s"
                .formatted(seed, trial.counts(), log, failure.getMessage()),
            failure);
      } finally {
        System.out.println(
            "servers trial: seed %d, %s, longest takeover %d ms"
                .formatted(seed, trial.counts(), trial.longestTakeover().toMillis()));
      }
    }
  }
}
