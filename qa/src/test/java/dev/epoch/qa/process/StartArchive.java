package dev.epoch.qa.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What the JVM has loaded and verified of the packaged server, kept by the first one that a test
 * ends or kills: a start with it takes a third less processor time. The processes that run the
 * tests share it.
 *
 * <pre>
 *   services/server/target/test-starts/
 *   ├── JDK-VERSION.jsa   there as a whole or not at all
 *   └── recorder          while a server records
 * </pre>
 */
final class StartArchive {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path TARGET = Checkout.ROOT.resolve("services/server/target");
  private static final Path FOLDER = TARGET.resolve("test-starts");
  private static final Path ARCHIVE =
      FOLDER.resolve(System.getProperty("java.vm.version").replaceAll("[^\\w.]", "_") + ".jsa");
  private static final Path RECORDER = FOLDER.resolve("recorder");
  private static final Path RECORDED = FOLDER.resolve("recorded");

  private boolean recording;

  /** Options for a JVM that is started now: they use the archive, or record it, or do neither. */
  String options() throws IOException {
    if (!fits()) {
      return "";
    }
    if (isThere()) {
      return " -Xshare:auto -Xlog:cds=off -Xlog:aot=off -XX:SharedArchiveFile=" + ARCHIVE;
    }
    recording = begin();
    return recording ? " -Xlog:cds=off -Xlog:aot=off -XX:+RecordDynamicDumpInfo" : "";
  }

  /** Keeps what the JVM has recorded, if it does; it runs, and is about to be ended. */
  void keep(Process server) throws IOException, InterruptedException {
    if (!recording || !server.isAlive()) {
      return;
    }
    Process dump =
        new ProcessBuilder(
                Path.of(Checkout.java()).resolveSibling("jcmd").toString(),
                Long.toString(server.pid()),
                "VM.cds",
                "dynamic_dump",
                RECORDED.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!dump.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      dump.destroyForcibly();
    } else if (dump.exitValue() == 0 && Files.exists(RECORDED)) {
      Files.move(RECORDED, ARCHIVE, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Lets another server record, if this one did: it is gone. */
  void ended() {
    if (!recording) {
      return;
    }
    recording = false;
    try {
      Files.deleteIfExists(RECORDER);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Not beside an AOT cache, which bin/lib/start-server would use; nor in a path with spaces. */
  private static boolean fits() throws IOException {
    try (var caches = Files.newDirectoryStream(TARGET, "*.aot")) {
      return !caches.iterator().hasNext() && !FOLDER.toString().contains(" ");
    }
  }

  private static boolean isThere() throws IOException {
    return Files.exists(ARCHIVE) && modified(ARCHIVE).compareTo(built()) > 0;
  }

  private static boolean begin() throws IOException {
    Files.createDirectories(FOLDER);
    if (Files.exists(RECORDER) && !runs(Files.readString(RECORDER))) {
      Files.deleteIfExists(RECORDER); // of a test that was killed
    }
    try {
      Files.createFile(RECORDER);
      Files.writeString(RECORDER, Long.toString(ProcessHandle.current().pid()));
      Files.deleteIfExists(RECORDED);
      Files.deleteIfExists(ARCHIVE);
      return true;
    } catch (FileAlreadyExistsException another) {
      return false;
    }
  }

  /** Whether the test process is there, or has not yet said which one it is. */
  private static boolean runs(String pid) {
    return pid.isEmpty() || Optional.of(Long.parseLong(pid)).flatMap(ProcessHandle::of).isPresent();
  }

  private static FileTime built() throws IOException {
    return modified(TARGET.resolve("quarkus-app/quarkus-run.jar"));
  }

  private static FileTime modified(Path file) throws IOException {
    return Files.getLastModifiedTime(file);
  }
}
