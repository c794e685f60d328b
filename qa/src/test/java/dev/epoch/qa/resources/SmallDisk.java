package dev.epoch.qa.resources;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A file system in memory, small enough to be filled to its last byte. */
final class SmallDisk implements AutoCloseable {
  private final Path mountPoint;

  private SmallDisk(Path mountPoint) {
    this.mountPoint = mountPoint;
  }

  /** Mounts one on a new folder; the test is skipped where that is not allowed. */
  static SmallDisk mounted(Path folder, int mebibytes) throws Exception {
    Files.createDirectories(folder);
    String said =
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", folder.toString());
    Assumptions.assumeTrue(
        said == null, () -> "Skipped: this user may not mount a small disk to fill: " + said);
    return new SmallDisk(folder);
  }

  Path path() {
    return mountPoint;
  }

  /** Takes all the room that is left. */
  void fill() throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream filler = Files.newOutputStream(filler())) {
      while (true) {
        filler.write(block);
      }
    } catch (IOException full) {
      if (Files.getFileStore(mountPoint).getUsableSpace() > 0) {
        throw full;
      }
    }
  }

  /** Gives the room back. */
  void free() throws IOException {
    Files.deleteIfExists(filler());
  }

  private Path filler() {
    return mountPoint.resolve("filler");
  }

  /** Unmounted when the last file is closed, at the latest. */
  @Override
  public void close() throws Exception {
    run("umount", "--lazy", mountPoint.toString());
  }

  /** What a program that failed has said; null if it worked. */
  private static String run(String... command) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException missing) {
      return missing.getMessage();
    }
    String said = new String(process.getInputStream().readAllBytes()).strip();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return command[0] + " did not end";
    }
    return process.exitValue() == 0 ? null : said;
  }
}
