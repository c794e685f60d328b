package dev.epoch.promoter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The process of the promotion bot. */
public final class Promoter {
  private static final Duration PULL = Duration.ofMinutes(1);
  private static final String HELP =
      """
      Promotes commits from environment to environment, as files say, until it is stopped.

      EPOCH_PROMOTION_FILES     a promotion file, or a folder of them (*.yaml, *.yml, *.toml)
      EPOCH_PROMOTION_GIT_PULL  true: git pull --ff-only in that folder before each look at it
      EPOCH_PROMOTION_INTERVAL  seconds between two looks without events (default 60)
      EPOCH_SERVER_URL          of the server (default http://localhost:8000)
      EPOCH_API_PREFIX          path of its API (default /api/v1)
      EPOCH_API_KEY             key of the API
      EPOCH_PROMOTION_ACTOR     name that its commits have (default epoch-promoter)
      """;

  private Promoter() {}

  /** Runs until the process is ended. */
  public static void main(String[] arguments) throws InterruptedException {
    Map<String, String> variables = System.getenv();
    String files = variables.get("EPOCH_PROMOTION_FILES");
    if (arguments.length > 0 || files == null || files.isBlank()) {
      System.err.print(HELP);
      System.exit(2);
      return;
    }
    Path path = Path.of(files).toAbsolutePath().normalize();
    Duration interval;
    try {
      interval =
          Duration.ofSeconds(
              Long.parseLong(variables.getOrDefault("EPOCH_PROMOTION_INTERVAL", "60")));
      PromotionFile.read(path);
    } catch (NumberFormatException wrong) {
      System.err.println("EPOCH_PROMOTION_INTERVAL should be a number of seconds");
      System.exit(2);
      return;
    } catch (WrongFileException wrong) {
      System.err.println(wrong.getMessage());
      System.exit(2);
      return;
    }
    boolean pulls = Boolean.parseBoolean(variables.get("EPOCH_PROMOTION_GIT_PULL"));
    RestApi.Settings server =
        new RestApi.Settings(
            variables.getOrDefault("EPOCH_SERVER_URL", "http://localhost:8000").replaceAll("/$", "")
                + variables.getOrDefault("EPOCH_API_PREFIX", "/api/v1"),
            variables.get("EPOCH_API_KEY"),
            variables.getOrDefault("EPOCH_PROMOTION_ACTOR", "epoch-promoter"),
            null,
            Duration.ofMinutes(10));
    try (Reconciler reconciler =
        new Reconciler(
            path,
            server,
            Clock.systemUTC(),
            interval,
            pulls ? () -> pull(path) : () -> {},
            Promoter::log)) {
      Runtime.getRuntime().addShutdownHook(new Thread(reconciler::close));
      reconciler.run();
    }
  }

  private static void log(String line) {
    System.out.println(Instant.now() + " " + line);
  }

  /** What cannot be pulled is tried again; the files that are there are used. */
  private static void pull(Path path) {
    Path folder = Files.isDirectory(path) ? path : path.getParent();
    try {
      Process git =
          new ProcessBuilder("git", "-C", folder.toString(), "pull", "--ff-only", "--quiet")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .start();
      if (!git.waitFor(PULL.toSeconds(), TimeUnit.SECONDS)) {
        git.destroyForcibly();
        log("git pull took too long");
      } else if (git.exitValue() != 0) {
        log("git pull failed");
      }
    } catch (IOException noGit) {
      log("git pull: " + noGit.getMessage());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
