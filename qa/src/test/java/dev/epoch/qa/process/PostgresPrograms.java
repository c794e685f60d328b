package dev.epoch.qa.process;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * PostgreSQL's programs as the first server of this test process has unpacked them, for the data
 * directories of the next ones: unpacking takes more than a second of a processor.
 */
final class PostgresPrograms {

  /** Where tests that start a PostgreSQL of their own have unpacked it, if any did. */
  private static final Path OF_TESTS = Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg");

  private static Path unpacked;

  private PostgresPrograms() {}

  /** Keeps those of a server that runs. */
  static synchronized void keep(Path dataDirectory) throws IOException {
    Path programs = in(dataDirectory);
    if (unpacked != null || !Files.isDirectory(programs)) {
      return;
    }
    Path kept = Files.createTempDirectory("epoch-postgres-programs");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(kept)));
    copy(programs, kept.resolve("programs"));
    unpacked = kept.resolve("programs");
  }

  /** Puts them into a data directory that no server has used yet. */
  static synchronized void give(Path dataDirectory) throws IOException {
    if (Files.exists(in(dataDirectory))) {
      return;
    }
    if (unpacked != null) {
      copy(unpacked, in(dataDirectory));
    } else if (Files.isDirectory(OF_TESTS)) {
      try (var versions = Files.newDirectoryStream(OF_TESTS, "PG-*")) {
        for (Path version : versions) {
          if (Files.exists(version.resolve(".exists"))) {
            copy(
                version, Files.createDirectories(in(dataDirectory)).resolve(version.getFileName()));
          }
        }
      }
    }
  }

  private static Path in(Path dataDirectory) {
    return dataDirectory.resolve("postgres-binaries");
  }

  /** Files that nobody changes are the same files. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        Path copied = to.resolve(from.relativize(path).toString());
        if (Files.isRegularFile(path)) {
          link(path, copied);
        } else {
          Files.copy(path, copied, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  private static void link(Path file, Path link) throws IOException {
    try {
      Files.createLink(link, file);
    } catch (FileAlreadyExistsException there) {
      throw there;
    } catch (IOException | UnsupportedOperationException elsewhere) {
      Files.copy(file, link, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException left) {
      // the next start of the machine clears the folder of temporary files
      return;
    }
  }
}
