package dev.epoch.log.postgres;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.testing.PostgresServer;
import dev.epoch.log.testing.Seed;
import dev.epoch.log.testing.TailProbe;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Connections and servers die while clients append and read; what was acknowledged is there, once.
 */
class LostConnectionsIT extends PostgresLogScenario {
  private static final int WRITERS = 16;

  /**
   * Appends one record after another to its stream, and repeats what was not answered until it is.
   */
  private static final class Writer {
    private final EventLog log;
    private final String stream;
    private final AtomicBoolean stop;
    private final Semaphore acknowledgements;
    private final AtomicInteger unavailable = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();
    private final List<Envelope> acknowledged = new ArrayList<>();

    Writer(EventLog log, String stream, AtomicBoolean stop, Semaphore acknowledgements) {
      this.log = log;
      this.stream = stream;
      this.stop = stop;
      this.acknowledgements = acknowledgements;
    }

    Uni<Void> run() {
      return stop.get()
          ? Uni.createFrom().voidItem()
          : write(event(acknowledged.size())).emitOn(Thread::startVirtualThread).chain(this::run);
    }

    private Uni<AppendResult> write(Envelope record) {
      long version = acknowledged.size();
      return Uni.createFrom()
          .deferred(() -> log.append(stream, version, List.of(record)))
          .onFailure(LogUnavailableException.class)
          .invoke(unavailable::incrementAndGet)
          .onFailure(AppendOutcomeUnknownException.class)
          .invoke(unknown::incrementAndGet)
          .onFailure(failure ->
              failure instanceof LogUnavailableException
                  || failure instanceof AppendOutcomeUnknownException)
          .retry()
          .withBackOff(Duration.ofMillis(5), Duration.ofMillis(50))
          .indefinitely()
          .invoke(result -> {
            assertThat(result.version()).isEqualTo(version + 1);
            acknowledged.add(record);
            acknowledgements.release();
          });
    }
  }

  /**
   * Breaks something from time to time while writers and tails are at work, then looks at what is
   * there.
   */
  private void underLoad(int breaks, int appendsBetween, Random random, Runnable breakSomething) {
    PostgresEventLog log = open();
    AtomicBoolean stop = new AtomicBoolean();
    Semaphore acknowledgements = new Semaphore(0);
    List<Writer> writers =
        IntStream.range(0, WRITERS)
            .mapToObj(i -> new Writer(log, "stream-" + i, stop, acknowledgements))
            .toList();
    List<TailProbe> tails = new ArrayList<>(List.of(tail(log, 0), tail(open(), 0)));

    // when
    List<CompletableFuture<Void>> running =
        writers.stream().map(writer -> writer.run().subscribeAsCompletionStage()).toList();
    for (int i = 1; i <= breaks; i++) {
      await(acknowledgements, appendsBetween);
      breakSomething.run();
      tails.add(tail(log, random.nextLong((long) i * appendsBetween)));
    }
    await(acknowledgements, appendsBetween);
    stop.set(true);
    running.forEach(writer -> await(Uni.createFrom().completionStage(writer)));

    // then
    int acknowledged = writers.stream().mapToInt(writer -> writer.acknowledged.size()).sum();
    List<StoredRecord> all = readWhenItCanBeRead(open());
    assertThat(all)
        .extracting(StoredRecord::position)
        .isEqualTo(LongStream.rangeClosed(1, acknowledged).boxed().toList());
    Map<String, List<Envelope>> streams = new HashMap<>();
    all.forEach(record ->
        streams.computeIfAbsent(record.stream(), name -> new ArrayList<>()).add(record.envelope()));
    writers.forEach(
        writer -> assertThat(streams.get(writer.stream)).isEqualTo(writer.acknowledged));
    for (TailProbe tail : tails) {
      assertThat(tail.awaitPosition(all.size(), WAIT))
          .isEqualTo(all.subList((int) tail.from(), all.size()));
    }
    System.out.printf(
        "%d appends acknowledged, %d times unavailable, %d times unknown%n",
        acknowledged,
        writers.stream().mapToInt(writer -> writer.unavailable.get()).sum(),
        writers.stream().mapToInt(writer -> writer.unknown.get()).sum());
  }

  /** The last break may have ended connections that nobody has used since. */
  private static List<StoredRecord> readWhenItCanBeRead(PostgresEventLog log) {
    long deadline = System.nanoTime() + WAIT.toNanos();
    while (true) {
      try {
        return readAll(log);
      } catch (LogUnavailableException unavailable) {
        if (System.nanoTime() > deadline) {
          throw unavailable;
        }
      }
    }
  }

  private static void await(Semaphore acknowledgements, int count) {
    try {
      assertThat(acknowledgements.tryAcquire(count, WAIT.toSeconds(), TimeUnit.SECONDS))
          .as("%s more appends are acknowledged", count)
          .isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Test
  void terminatedBackendsLoseAndDoubleNothing() {
    Random random = Seed.random("terminatedBackendsLoseAndDoubleNothing");
    List<String> victims =
        List.of("application_name = 'epoch log'", "application_name = 'epoch log tail'", "true");
    underLoad(30, 200, random, () -> terminate(victims.get(random.nextInt(victims.size()))));
  }

  @Test
  void aCrashOfTheServerLosesAndDoublesNothing() {
    Random random = Seed.random("aCrashOfTheServerLosesAndDoublesNothing");
    underLoad(3, 500, random, PostgresServer.shared()::restartImmediately);
  }

  private static void terminate(String condition) {
    String terminate =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            + " AND pid <> pg_backend_pid() AND "
            + condition;
    PostgresServer.Database database = clients.database();
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      statement.execute(terminate);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
