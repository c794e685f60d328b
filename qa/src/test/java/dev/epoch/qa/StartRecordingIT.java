package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records starts of the server in a copy of the checkout that has nothing but what was built. */
@Timeout(900)
class StartRecordingIT {

  private static final Duration RECORDING_LIMIT = Duration.ofSeconds(300);
  private static final String MAIN_CLASS = "dev.epoch.server.EpochServer source: ";
  private static final String FROM_CACHE = MAIN_CLASS + "shared objects file";

  @TempDir Path folder;
  private Path checkout;
  private Path target;

  @BeforeEach
  void copyCheckout() throws IOException {
    checkout = folder.resolve("checkout");
    target = checkout.resolve("services/server/target");
    Path application =
        Checkout.startServer().resolve("../../../services/server/target/quarkus-app");
    copy(Checkout.ROOT.resolve("bin"), checkout.resolve("bin"));
    copy(application.normalize(), target.resolve("quarkus-app"));
    for (String source : List.of("event-schemas", "projections")) {
      Files.createDirectories(checkout.resolve(source));
    }
    Files.createFile(checkout.resolve("pom.xml"));
    Path built = Files.createDirectories(checkout.resolve("target/built"));
    Path stamp = Files.createFile(built.resolve("services-server-services-cli"));
    Files.setLastModifiedTime(stamp, FileTime.from(Instant.now().plusSeconds(3600)));
  }

  @AfterEach
  void nothingRunsOn() throws Exception {
    Poll.until("no process is left", RECORDING_LIMIT, () -> processes().isEmpty());
  }

  @Test
  @Tag("nightly")
  void aRunRecordsBesideItAndLaterStartsUseThat() throws Exception {
    // given a first run
    try (ServerProcess server = new ServerProcess(folder.resolve("data"))) {
      server.startedBy(checkout.resolve("bin/run"));
      assertThat(loadedBy(server)).doesNotContain(FROM_CACHE);

      // when the recording, which goes on after the server has been stopped, is done
      Poll.until("the start was recorded", RECORDING_LIMIT, () -> !caches().isEmpty());
      Poll.until("nothing is left of it", RECORDING_LIMIT, () -> !recording());

      // then
      assertThat(loadedBy(server)).contains(FROM_CACHE);

      // when a jar is another one, the cache still being newer than that which is started
      Path jar = target.resolve("quarkus-app/quarkus/generated-bytecode.jar");
      Files.setLastModifiedTime(jar, FileTime.from(Instant.now()));

      // then
      assertThat(loadedBy(server)).contains(MAIN_CLASS).doesNotContain(FROM_CACHE);

      // when the cache is damaged
      Files.writeString(caches().getFirst(), "no cache");

      // then
      assertThat(loadedBy(server)).contains(MAIN_CLASS).doesNotContain(FROM_CACHE);
      assertThat(server.log()).doesNotContain("][aot", "][cds", "[error]");
    }
  }

  @Test
  @Tag("nightly")
  void aRecordingThatWasKilledIsMadeAgain() throws Exception {
    // given one that was killed with a running PostgreSQL, which another one does not disturb
    Process killed = record();
    Poll.until(
        "PostgreSQL runs",
        RECORDING_LIMIT,
        () -> Files.exists(target.resolve("start-recording/data/postgres/postmaster.pid")));
    assertThat(ended(record())).isZero();
    List<ProcessHandle> children = killed.descendants().toList();
    killed.destroyForcibly().waitFor();
    children.forEach(ProcessHandle::destroyForcibly);
    assertThat(caches()).isEmpty();

    // when its time is over
    Files.setLastModifiedTime(
        target.resolve("start-recording"), FileTime.from(Instant.now().minusSeconds(3600)));
    Process again = record();

    // then
    assertThat(ended(again)).isZero();
    assertThat(caches()).hasSize(1);
    assertThat(recording()).isFalse();
  }

  @Test
  void aRecordingThatIsAskedToEndLeavesNothing() throws Exception {
    Process recorder = record();
    Poll.until(
        "PostgreSQL runs",
        RECORDING_LIMIT,
        () -> Files.exists(target.resolve("start-recording/data/postgres/postmaster.pid")));

    recorder.destroy();

    assertThat(ended(recorder)).isEqualTo(143);
    assertThat(caches()).isEmpty();
    assertThat(recording()).isFalse();
  }

  @Test
  @Tag("nightly")
  void whatCannotBeRecordedIsNotTriedAgainUntilTheNextBuild() throws Exception {
    Path jar = target.resolve("quarkus-app/quarkus/generated-bytecode.jar");
    Files.delete(jar);

    assertThat(ended(record())).isEqualTo(1);
    assertThat(ended(record())).isZero();

    assertThat(caches()).isEmpty();
    assertThat(recording()).isFalse();
  }

  /** Where a start has taken its classes from, as the JVM logs it. */
  private String loadedBy(ServerProcess server) throws Exception {
    Path log = folder.resolve("classes.log");
    Files.deleteIfExists(log);
    server.start(Map.of("EPOCH_JAVA_OPTIONS", "-Xmx768m -Xlog:class+load:file=" + log));
    server.stop();
    return Files.readString(log);
  }

  private Process record() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(checkout.resolve("bin/lib/record-start").toString());
    builder.environment().putAll(Checkout.javaHome());
    return builder.inheritIO().start();
  }

  private static int ended(Process process) throws InterruptedException {
    assertThat(process.waitFor(RECORDING_LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private boolean recording() {
    return Files.exists(target.resolve("start-recording"));
  }

  private List<Path> caches() throws IOException {
    try (Stream<Path> files = Files.list(target)) {
      return files.filter(file -> file.toString().endsWith(".aot")).toList();
    }
  }

  /** Processes that were started in the copy. */
  private List<String> processes() {
    return ProcessHandle.allProcesses()
        .flatMap(process -> process.info().commandLine().stream())
        .filter(line -> line.contains(folder.toString()))
        .toList();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Path copy = to.resolve(from.relativize(path));
        Files.createDirectories(copy.getParent());
        Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }
}
