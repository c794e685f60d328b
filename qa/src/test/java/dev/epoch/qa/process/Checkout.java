package dev.epoch.qa.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The checkout under test: what the build has packaged, and the tools to run it with. */
public final class Checkout {

  /** The root of the project: the nearest folder above this process's that has bin/epoch. */
  public static final Path ROOT = root();

  private Checkout() {}

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath().normalize();
    while (!Files.exists(folder.resolve("bin/epoch"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new AssertionError("Run it inside the checkout: no bin/epoch in any folder above");
      }
    }
    return folder;
  }

  /** What {@code bin/run} starts the packaged server with. */
  public static Path startServer() {
    packaged("services/server/target/quarkus-app/quarkus-run.jar");
    return ROOT.resolve("bin/lib/start-server");
  }

  /** The command line as users start it. */
  public static Path epoch() {
    packaged("services/cli/target/epoch-cli.jar");
    return ROOT.resolve("bin/epoch");
  }

  /** The JDK that runs this test, which is the one that the server needs. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Points the scripts in bin/ at that JDK. */
  public static Map<String, String> javaHome() {
    return Map.of("JAVA_HOME", System.getProperty("java.home"));
  }

  /** A program on the PATH. */
  public static Optional<Path> program(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Path packaged(String path) {
    Path file = ROOT.resolve(path);
    if (!Files.exists(file)) {
      throw new AssertionError(path + " is missing; package it first: bin/test -pl qa -am");
    }
    return file;
  }
}
