package dev.epoch.log.postgres;

import dev.epoch.log.testing.PostgresClients;
import dev.epoch.log.testing.TestRecords;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * Prints how many appends of one record a second the log takes, beside plain INSERTs on the same
 * server. Run it from the test class path; the argument is the seconds of each measurement, 5 if
 * absent.
 */
public final class AppendThroughput {
  private static final int ROWS = 64;
  private static final String ONE_ROW = "INSERT INTO raw (data) VALUES ('{\"number\": 1}')";
  private static final String MANY_ROWS =
      "INSERT INTO raw (data) VALUES "
          + String.join(", ", Collections.nCopies(ROWS, "('{\"number\": 1}')"));

  private final Duration each;

  private AppendThroughput(Duration each) {
    this.each = each;
  }

  /** What a writer does over and over; it is given how often it has done so. */
  @FunctionalInterface
  private interface Step {
    Uni<?> take(int writer, long times);
  }

  public static void main(String[] arguments) {
    Duration each = Duration.ofSeconds(arguments.length > 0 ? Long.parseLong(arguments[0]) : 5);
    try (PostgresClients clients = PostgresClients.open(List.of(EventLogMigrations.ALL))) {
      clients.execute("CREATE TABLE raw (id bigserial PRIMARY KEY, data text NOT NULL)");
      new AppendThroughput(each).measure(clients);
    }
    // Idle threads of the reactive libraries would keep the process alive.
    System.exit(0);
  }

  private void measure(PostgresClients clients) {
    PostgresEventLog log =
        new PostgresEventLog(
            PostgresLogConfiguration.of(
                clients.vertx(), clients.pool(), clients.database().connectOptions()));
    for (int writers : new int[] {64, 1, 64, 256}) {
      String stream = "stream-" + System.nanoTime() + "-";
      Step append =
          (writer, times) -> log.append(stream + writer, times, List.of(TestRecords.event(times)));
      run("append of one record", writers, 1, append);
    }
    for (int writers : new int[] {1, 16}) {
      run(
          "INSERT of one row",
          writers,
          1,
          (writer, times) -> clients.pool().preparedQuery(ONE_ROW).execute());
      run(
          "INSERT of " + ROWS + " rows",
          writers,
          ROWS,
          (writer, times) -> clients.pool().preparedQuery(MANY_ROWS).execute());
    }
    log.close().await().atMost(Duration.ofSeconds(10));
  }

  private void run(String what, int writers, int records, Step step) {
    long begin = System.nanoTime();
    long end = begin + each.toNanos();
    ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
    List<CompletableFuture<Void>> running =
        IntStream.range(0, writers)
            .mapToObj(writer -> loop(step, writer, end, latencies).subscribeAsCompletionStage())
            .toList();
    running.forEach(CompletableFuture::join);
    double seconds = (System.nanoTime() - begin) / 1e9;
    long[] sorted = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        "%-22s %4d writers %9.0f records/s   median %6.2f ms   p99 %6.2f ms%n",
        what,
        writers,
        sorted.length * records / seconds,
        sorted[sorted.length / 2] / 1e6,
        sorted[(int) (sorted.length * 0.99)] / 1e6);
  }

  private static Uni<Void> loop(
      Step step, int writer, long end, ConcurrentLinkedQueue<Long> latencies) {
    long[] times = {0};
    return Uni.createFrom()
        .deferred(() -> {
          long begin = System.nanoTime();
          return step.take(writer, times[0]++)
              .invoke(() -> latencies.add(System.nanoTime() - begin));
        })
        .repeat()
        .whilst(ignored -> System.nanoTime() < end)
        .collect()
        .last()
        .replaceWithVoid();
  }
}
