package dev.epoch.server;

import dev.epoch.server.embedded.EmbeddedPostgresServer;
import dev.epoch.server.http.MalformedRequests;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Starts the server and returns when it has been asked to stop.
 *
 * <p>With {@code EPOCH_METADATA_URL} (or {@code DATABASE_URL}) it uses that PostgreSQL; without, it
 * starts one of its own below {@code EPOCH_DATA_DIR}, and stops it after everything that uses it.
 */
@QuarkusMain
public class EpochServer {

  /** Whether this process has started the PostgreSQL; nobody sets it but the process. */
  static final String EMBEDDED = "epoch.metadata.embedded";

  private static final Logger LOG = Logger.getLogger(EpochServer.class);

  /** Longer than an orderly stop of the application takes. */
  private static final int STOP_LIMIT_SECONDS = 30;

  public static void main(String[] arguments) {
    CountDownLatch applicationStopped = new CountDownLatch(1);
    MalformedRequests.replaceOthersCheck();
    try {
      LogSettings.from(System.getenv()).forEach(System::setProperty);
      useDatabase(System.getenv(), applicationStopped);
    } catch (StartRefusedException | IOException refusal) {
      System.err.println("Epoch did not start. " + refusal.getMessage());
      System.exit(1);
    }
    Quarkus.run(
        null,
        (exitCode, failure) -> {
          applicationStopped.countDown();
          System.exit(exitCode);
        },
        arguments);
  }

  private static void useDatabase(
      Map<String, String> environment, CountDownLatch applicationStopped) throws IOException {
    Optional<String> given =
        Stream.of("EPOCH_METADATA_URL", "DATABASE_URL")
            .map(name -> environment.getOrDefault(name, "").strip())
            .filter(value -> !value.isEmpty())
            .findFirst();
    MetadataDatabaseUrl url;
    if (given.isPresent()) {
      url = MetadataDatabaseUrl.parse(given.get());
    } else {
      EmbeddedPostgresServer postgres =
          EmbeddedPostgresServer.start(
              Path.of(environment.getOrDefault("EPOCH_DATA_DIR", ".epoch-data")),
              postgresPort(environment));
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> stopAfter(applicationStopped, postgres), "stop-postgres"));
      url = postgres.url();
      System.setProperty(EMBEDDED, "true");
    }
    url.dataSourceSettings().forEach(System::setProperty);
  }

  private static int postgresPort(Map<String, String> environment) {
    String given = environment.getOrDefault("EPOCH_POSTGRES_PORT", "").strip();
    if (given.isEmpty()) {
      return EmbeddedPostgresServer.FIRST_PORT;
    }
    if (!given.matches("\\d{1,5}")
        || Integer.parseInt(given) < 1
        || Integer.parseInt(given) > 65_000) {
      throw new StartRefusedException(
          "EPOCH_POSTGRES_PORT is '%s': give a port from 1 to 65000.".formatted(given));
    }
    return Integer.parseInt(given);
  }

  private static void stopAfter(
      CountDownLatch applicationStopped, EmbeddedPostgresServer postgres) {
    try (postgres) {
      if (!applicationStopped.await(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        LOG.warnf("Stopping PostgreSQL under an application that has not stopped");
      }
    } catch (IOException | InterruptedException | RuntimeException failure) {
      LOG.error("PostgreSQL may still run; the next start stops it", failure);
    }
  }
}
