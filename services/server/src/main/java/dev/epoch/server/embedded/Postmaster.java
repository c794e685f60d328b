package dev.epoch.server.embedded;

import dev.epoch.server.StartRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * The PostgreSQL process that a cluster directory names in {@code postmaster.pid}. One outlives a
 * server that was killed, and a start on the same port would silently adopt it.
 */
final class Postmaster {

  private static final Logger LOG = Logger.getLogger(Postmaster.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(10);

  private final Path cluster;

  Postmaster(Path cluster) {
    this.cluster = cluster;
  }

  /** The running process that is a PostgreSQL on this cluster and nothing else. */
  Optional<ProcessHandle> running() throws IOException {
    List<String> lines = pidFile();
    return lines.isEmpty()
        ? Optional.empty()
        : ProcessHandle.of(Long.parseLong(lines.getFirst().strip())).filter(this::isOnThisCluster);
  }

  /**
   * Makes way for a new process: stops the one that a killed server left behind, and removes a file
   * whose process number belongs to a younger process by now.
   *
   * @throws StartRefusedException when the file names a process that may be none of ours, or ours
   *     does not stop
   */
  void makeWay() throws IOException {
    Optional<ProcessHandle> orphan = running();
    if (orphan.isPresent()) {
      LOG.infof("Stopping PostgreSQL %d, left by a server that was killed", orphan.get().pid());
      stopFast(orphan.get());
      awaitStop();
      return;
    }
    List<String> lines = pidFile();
    if (lines.size() < 3) {
      return;
    }
    long pid = Long.parseLong(lines.getFirst().strip());
    Optional<ProcessHandle> stranger = ProcessHandle.of(pid);
    if (stranger.isEmpty()) {
      return;
    }
    Instant written = Instant.ofEpochSecond(Long.parseLong(lines.get(2).strip()));
    if (stranger.get().info().startInstant().filter(written.plusSeconds(1)::isBefore).isEmpty()) {
      throw new StartRefusedException(
          "%s names process %d, which does not look like a PostgreSQL on this directory (%s). When no PostgreSQL uses the directory, remove that file and start again."
              .formatted(
                  cluster.resolve("postmaster.pid"),
                  pid,
                  stranger.get().info().command().orElse("command not readable")));
    }
    Files.delete(cluster.resolve("postmaster.pid"));
  }

  /**
   * Waits until no PostgreSQL runs on the cluster. Looks at the process itself instead of {@link
   * ProcessHandle#onExit}, which looks ever more rarely and takes a process that nobody reaps for
   * alive.
   *
   * @throws StartRefusedException when one still runs after a minute
   */
  void awaitStop() throws IOException {
    long limit = System.nanoTime() + STOP_LIMIT.toNanos();
    while (running().isPresent()) {
      if (System.nanoTime() > limit) {
        throw new StartRefusedException(
            "PostgreSQL on %s was asked to stop and still runs after %d s. Look at postgres.log in the data directory."
                .formatted(cluster, STOP_LIMIT.toSeconds()));
      }
      LockSupport.parkNanos(LOOK_INTERVAL.toNanos());
    }
  }

  /**
   * SIGINT: PostgreSQL ends its sessions, then itself. SIGTERM, which {@link ProcessHandle#destroy}
   * sends, would wait for every session to leave.
   */
  private static void stopFast(ProcessHandle process) throws IOException {
    new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).inheritIO().start();
  }

  private boolean isOnThisCluster(ProcessHandle process) {
    String command = process.info().command().orElse("");
    String[] arguments = process.info().arguments().orElse(new String[0]);
    if (!command.endsWith("/postgres")) {
      return false;
    }
    for (int index = 0; index + 1 < arguments.length; index++) {
      if (arguments[index].equals("-D") && isThisCluster(Path.of(arguments[index + 1]))) {
        return true;
      }
    }
    return false;
  }

  private boolean isThisCluster(Path directory) {
    try {
      return Files.isSameFile(directory, cluster);
    } catch (IOException notThere) {
      return false;
    }
  }

  private List<String> pidFile() throws IOException {
    try {
      return Files.readAllLines(cluster.resolve("postmaster.pid"));
    } catch (NoSuchFileException stopped) {
      return List.of();
    }
  }
}
