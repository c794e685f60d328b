package dev.epoch.qa.trial;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing acknowledged is lost, nothing is there twice or half, whenever the server's process ends.
 * The seed decides what each client does and where the process ends; how the processes interleave
 * it cannot decide.
 */
class KillTrialIT {

  @TempDir Path folder;

  @Test
  void nothingIsLostInAFewKills() {
    int kills = Integer.getInteger("epoch.test.kills", 5);
    // with the comparison of everything at the end
    Duration limit = Duration.ofSeconds(600 + 60L * kills);
    assertTimeoutPreemptively(limit, () -> run(kills));
  }

  @Test
  @Tag("nightly")
  @Timeout(3_600)
  void nothingIsLostInTensOfKills() throws Exception {
    run(50);
  }

  @Test
  @Tag("long")
  @Timeout(20_000)
  void nothingIsLostInManyKills() throws Exception {
    run(1000);
  }

  private void run(int kills) throws Exception {
    long seed = Long.getLong("epoch.test.seed", System.nanoTime());
    System.out.println("kill trial: -Depoch.test.seed=" + seed);
    try (KillTrial trial = new KillTrial(folder, seed)) {
      try {
        trial.run(kills);
      } catch (Throwable failure) {
        Path log = Files.createTempFile("epoch-kill-trial", ".log");
        Files.writeString(log, trial.log());
        throw new AssertionError(
            "seed %d, %s, server's log in %s: %s"
                .formatted(seed, trial.counts(), log, failure.getMessage()),
            failure);
      } finally {
        System.out.println("kill trial: seed " + seed + ", " + trial.counts());
      }
    }
  }
}
