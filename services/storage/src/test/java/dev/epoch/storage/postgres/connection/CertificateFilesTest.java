package dev.epoch.storage.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.epoch.storage.error.StorageException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Paths that lead out of the directory of certificates, or to what is no file. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CertificateFilesTest {
  @TempDir private Path temporary;
  private Path root;
  private Path outside;
  private CertificateFiles below;

  @BeforeEach
  void makeFiles() throws IOException, InterruptedException {
    root = Files.createDirectories(temporary.resolve("certificates"));
    outside = Files.writeString(temporary.resolve("outside.pem"), "secret");
    Files.createDirectories(temporary.resolve("certificates-of-others"));
    Files.writeString(temporary.resolve("certificates-of-others/ca.pem"), "secret");
    Path real = Files.createDirectories(root.resolve("..data"));
    Files.writeString(real.resolve("ca.pem"), "authority");
    Files.createSymbolicLink(root.resolve("ca.pem"), Path.of("..data/ca.pem"));
    Files.createSymbolicLink(root.resolve("link.pem"), outside);
    Files.createSymbolicLink(root.resolve("up"), temporary);
    Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
    Files.createSymbolicLink(root.resolve("zero"), Path.of("/dev/zero"));
    try (RandomAccessFile huge = new RandomAccessFile(root.resolve("huge").toFile(), "rw")) {
      huge.setLength(1L << 40);
    }
    Process pipe = new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start();
    assertThat(pipe.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(pipe.exitValue()).isZero();
    below = new CertificateFiles(Optional.of(root));
  }

  @Test
  void readsWhatIsBelow() {
    for (String path :
        List.of(
            "ca.pem", "./ca.pem", "..data/ca.pem", "up/certificates/ca.pem", root + "/ca.pem")) {
      assertThat(below.read("ssl_rootcert", path).toString()).isEqualTo("authority");
    }
    assertThat(CertificateFiles.ANYWHERE.read("ssl_cert", outside.toString()).toString())
        .isEqualTo("secret");
  }

  @Test
  void readsNothingElse() {
    Set<String> messages = new HashSet<>();
    for (String path :
        List.of(
            outside.toString(),
            "../outside.pem",
            "..data/../../outside.pem",
            "../certificates-of-others/ca.pem",
            root + "/../outside.pem",
            "link.pem",
            "up/outside.pem",
            "/etc/passwd",
            "/proc/self/environ",
            "missing.pem")) {
      messages.add(refused(below, path));
    }
    for (String path :
        List.of("zero", "huge", "pipe", "loop", ".", "", "a\0b", "x".repeat(65_536))) {
      messages.add(refused(below, path));
      messages.add(refused(CertificateFiles.ANYWHERE, path.isEmpty() ? path : root + "/" + path));
    }
    messages.add(refused(CertificateFiles.ANYWHERE, "/dev/zero"));
    messages.add(refused(CertificateFiles.ANYWHERE, "/proc/self/environ"));
    messages.add(refused(CertificateFiles.ANYWHERE, "/proc/kmsg"));

    // a missing file cannot be told from one that may not be read
    assertThat(messages).hasSize(2);
  }

  private static String refused(CertificateFiles files, String path) {
    StorageException[] found = new StorageException[1];
    assertThatExceptionOfType(StorageException.class)
        .as(path.substring(0, Math.min(100, path.length())))
        .isThrownBy(() -> files.read("ssl_rootcert", path))
        .satisfies(refusal -> found[0] = refusal);
    String shown = path.substring(0, Math.min(200, path.length()));
    return found[0].getMessage().replace(shown, "") + found[0].remedy();
  }
}
