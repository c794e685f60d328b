package dev.epoch.server.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.server.StartRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostmasterTest {

  /** A process that is certainly alive, and certainly no PostgreSQL. */
  private static final ProcessHandle STRANGER = ProcessHandle.current();

  @TempDir Path cluster;

  @Test
  void anEmptyDirectoryIsFree() throws IOException {
    Postmaster postmaster = new Postmaster(cluster);

    postmaster.makeWay();

    assertThat(postmaster.running()).isEmpty();
  }

  @Test
  void aFileOlderThanItsProcessIsRemoved() throws IOException {
    Path file = pidFile(STRANGER.pid(), Instant.now().minusSeconds(86_400));

    new Postmaster(cluster).makeWay();

    assertThat(file).doesNotExist();
  }

  @Test
  void aProcessThatMayHaveWrittenTheFileIsNotTouched() throws IOException {
    Path file = pidFile(STRANGER.pid(), Instant.now());

    assertThatThrownBy(() -> new Postmaster(cluster).makeWay())
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("process " + STRANGER.pid());

    assertThat(file).exists();
    assertThat(new Postmaster(cluster).running()).isEmpty();
  }

  @Test
  void theFileOfAProcessThatEndedIsLeftToPostgres() throws IOException, InterruptedException {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    Path file = pidFile(ended.pid(), Instant.now());

    new Postmaster(cluster).makeWay();

    assertThat(file).exists();
  }

  private Path pidFile(long pid, Instant started) throws IOException {
    return Files.writeString(
        cluster.resolve("postmaster.pid"),
        "%d\n%s\n%d\n15432\n\n127.0.0.1\n".formatted(pid, cluster, started.getEpochSecond()));
  }
}
