package dev.epoch.qa.trial;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * The packaged server under load, ended as by SIGKILL at random moments and between any two steps
 * of its operations, and started again on the same data directory.
 *
 * <pre>
 *   load --> kill, or wait for the failpoint --> start (perhaps killed again in its recovery)
 *        --> every client has its answer --> compare everything with the model --> load ...
 * </pre>
 */
final class KillTrial implements AutoCloseable {
  private static final int RANDOM_EVERY = 4;
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(120);
  private static final Duration FAILPOINT_LIMIT = Duration.ofSeconds(TrialWorld.ALL_CASES ? 20 : 6);

  /** Places where the process can be made to end while replays, resets and schema changes run. */
  private static final List<String> MORE_FAILPOINTS =
      TrialWorld.ALL_CASES
          ? List.of(
              "replay-commits.prepared",
              "replay-commits.applied.1",
              "replay-commits.completing",
              "replay-commits.completed",
              "skip-commit.completed",
              "move-branch.prepared",
              "move-branch.applied.1",
              "move-branch.completing",
              "move-branch.completed",
              "schema.begun",
              "schema.committed.1")
          : List.of();

  /** Every place where the process can be made to end while commands of the trial run. */
  static final List<String> FAILPOINTS =
      List.of(
          "commit-to-branch.prepared",
          "commit-to-branch.applied.1",
          "commit-to-branch.applied.2",
          "commit-to-branch.applied.3",
          "commit-to-branch.completing",
          "commit-to-branch.completed",
          "merge-branch.prepared",
          "merge-branch.applied.1",
          "merge-branch.applied.2",
          "merge-branch.applied.3",
          "merge-branch.completing",
          "merge-branch.completed",
          "continue-merge.prepared",
          "continue-merge.applied.1",
          "continue-merge.applied.2",
          "continue-merge.completing",
          "continue-merge.completed",
          "recovery.started",
          "recovery.completed");

  private final Random random;
  private final Counts counts = new Counts();
  private final TrialPostgres postgres;
  private final ServerProcess server;
  private final Clients clients;
  private String armed;

  KillTrial(Path folder, long seed) throws Exception {
    this.random = new Random(seed);
    this.postgres = TrialPostgres.started(folder.resolve("users"));
    this.server = new ServerProcess(folder.resolve("data")).start(variables(null));
    Database one = postgres.create("one");
    Database two = postgres.create("two");
    this.clients =
        new Clients(
            server.rest(), one, two, folder.resolve("f.db"), List.of(one, two), counts, seed);
  }

  Counts counts() {
    return counts;
  }

  /** Kills the server so often: at random moments, and at one failpoint after the other. */
  void run(int kills) throws Exception {
    clients.start();
    List<String> places = new ArrayList<>(FAILPOINTS);
    places.addAll(MORE_FAILPOINTS);
    Collections.shuffle(places, random);
    int place = 0;
    for (int kill = 1; kill <= kills; kill++) {
      load();
      boolean anywhere = kill == kills || kill % RANDOM_EVERY == 0;
      startAfterKill(anywhere ? null : places.get(place++ % places.size()));
      clients.check();
      clients.goOn();
    }
    clients.end(server.rest());
  }

  /** Load until the server is gone. */
  private void load() throws Exception {
    if (armed != null) {
      Instant end = Instant.now().plus(FAILPOINT_LIMIT);
      while (server.running() && Instant.now().isBefore(end)) {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    } else if (TrialWorld.ALL_CASES) {
      Instant end = Instant.now().plus(FAILPOINT_LIMIT);
      long steps = counts.get("steps") + 10 + random.nextInt(60);
      while (counts.get("steps") < steps && Instant.now().isBefore(end)) {
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
      }
    } else {
      LockSupport.parkNanos(Duration.ofMillis(300 + random.nextInt(1200)).toNanos());
    }
    if (server.running()) {
      server.kill();
      counts.add("kills at random moments");
    } else {
      server.awaitEnd();
      counts.add("kills at " + armed);
    }
    counts.add("kills");
  }

  /** Starts until every client has its answer; a failpoint may end the server before that. */
  private void startAfterKill(String failpoint) throws Exception {
    armed = failpoint;
    while (true) {
      server.launch(variables(armed));
      boolean answered = clients.halt(ANSWER_LIMIT, server::running);
      if (answered) {
        return;
      }
      server.awaitEnd();
      counts.add("kills");
      counts.add("kills at " + armed);
      armed = null;
    }
  }

  private static Map<String, String> variables(String failpoint) {
    String fastStart = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
    return failpoint == null
        ? Map.of("JAVA_TOOL_OPTIONS", fastStart)
        : Map.of("JAVA_TOOL_OPTIONS", fastStart, "EPOCH_FAILPOINTS", failpoint + "=halt");
  }

  String log() {
    return server.log();
  }

  @Override
  public void close() throws Exception {
    clients.abandon();
    server.close();
    postgres.close();
  }
}
