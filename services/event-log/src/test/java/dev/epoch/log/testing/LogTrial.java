package dev.epoch.log.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.testing.TrialTail.Seen;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Many writers and many tails on one log, opened as if by several processes.
 *
 * <pre>
 *   writers   random appends of 1 to 8 records, each writer its own stream, repeated until answered
 *   tails     from random positions, begun at random moments: steady, slow, reconnecting
 *   then      what each tail got = the table from its position on: none skipped, none twice, in order
 *             what each writer was answered = where its records are
 * </pre>
 */
public final class LogTrial {
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final int WRITERS = 24;
  private static final int TAILS = 16;
  private static final int MOST_RECORDS = 8;

  private final Random random;
  private final int events;
  private final List<? extends EventLog> logs;
  private final Supplier<List<Stored>> table;
  private final AtomicInteger left;
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong head = new AtomicLong();
  private final AtomicLong repeated = new AtomicLong();

  /** A record as the table of the log has it. */
  public record Stored(long position, String stream, long version, UUID id) {}

  /** An append that was answered. */
  private record Answered(String stream, AppendResult result, List<UUID> ids) {}

  /**
   * What was done, all of it checked.
   *
   * @param stored records in the log
   * @param appends answered
   * @param repeated appends that had to be sent again
   * @param delivered records that tails got
   * @param reconnections of tails
   */
  public record Report(
      int stored, int appends, long repeated, int tails, long delivered, long reconnections) {}

  /**
   * @param table every record that is stored, read past the log
   */
  public LogTrial(
      Random random, int events, List<? extends EventLog> logs, Supplier<List<Stored>> table) {
    this.random = random;
    this.events = events;
    this.logs = logs;
    this.table = table;
    this.left = new AtomicInteger(events);
  }

  /** Records that writers were answered for, so far. */
  public long answered() {
    return answered.get();
  }

  /**
   * Runs and checks; a failed check is an {@link AssertionError}.
   *
   * @param written called when the writers have been answered, before the table is read
   */
  public Report run(Runnable written) {
    List<TrialTail> tails = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Answered>>> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        String stream = "stream-" + writer;
        Random own = new Random(random.nextLong());
        writers.add(threads.submit(() -> write(stream, own)));
      }
      for (int tail = 0; tail < TAILS; tail++) {
        awaitAnswered(writers, (long) (random.nextDouble() * events * 0.9));
        long from = tail == 0 ? 0 : (long) (random.nextDouble() * 1.02 * head.get());
        tails.add(TrialTail.start(logs, from, new Random(random.nextLong())));
      }
      List<Answered> appends = new ArrayList<>();
      writers.forEach(writer -> appends.addAll(get(writer)));
      written.run();
      return check(appends, tails);
    } finally {
      tails.forEach(TrialTail::close);
    }
  }

  private void awaitAnswered(List<Future<List<Answered>>> writers, long wanted) {
    while (answered.get() < wanted && writers.stream().anyMatch(writer -> !writer.isDone())) {
      pause(1);
    }
  }

  private List<Answered> write(String stream, Random own) {
    List<Answered> done = new ArrayList<>();
    long version = 0;
    int count;
    while ((count = take(1 + own.nextInt(MOST_RECORDS))) > 0) {
      List<Envelope> records = TestRecords.events(count);
      AppendResult result = append(logs.get(own.nextInt(logs.size())), stream, version, records);
      version += count;
      assertThat(result.version()).as("version of %s", stream).isEqualTo(version);
      done.add(new Answered(stream, result, records.stream().map(Envelope::id).toList()));
      answered.addAndGet(count);
      head.accumulateAndGet(result.position(), Math::max);
    }
    return done;
  }

  private int take(int wanted) {
    int before = left.getAndUpdate(now -> Math.max(0, now - wanted));
    return Math.min(before, wanted);
  }

  private AppendResult append(EventLog log, String stream, long version, List<Envelope> records) {
    return Uni.createFrom()
        .deferred(() -> log.append(stream, version, records))
        .onFailure(LogTrial::passing)
        .invoke(repeated::incrementAndGet)
        .onFailure(LogTrial::passing)
        .retry()
        .withBackOff(Duration.ofMillis(5), Duration.ofMillis(100))
        .indefinitely()
        .await()
        .atMost(LONGEST);
  }

  private static boolean passing(Throwable failure) {
    return failure instanceof LogUnavailableException
        || failure instanceof AppendOutcomeUnknownException;
  }

  private Report check(List<Answered> appends, List<TrialTail> tails) {
    List<Stored> all = table.get();
    checkTable(all, appends);
    List<Seen> expected =
        all.stream().map(stored -> new Seen(stored.position(), stored.id())).toList();
    for (TrialTail tail : tails) {
      int from = (int) Math.min(tail.from(), all.size());
      List<Seen> wanted = expected.subList(from, all.size());
      List<Seen> seen = tail.awaitPosition(all.size(), Duration.ofSeconds(60));
      // not isEqualTo: a failure would print all records
      assertThat(firstDifference(wanted, seen)).as("%s, records %s", tail, seen.size()).isEmpty();
    }
    return new Report(
        all.size(),
        appends.size(),
        repeated.get(),
        tails.size(),
        tails.stream().mapToLong(TrialTail::count).sum(),
        tails.stream().mapToLong(TrialTail::reconnections).sum());
  }

  private void checkTable(List<Stored> all, List<Answered> appends) {
    assertThat(all).as("records stored").hasSizeGreaterThanOrEqualTo(events);
    Map<String, List<Stored>> streams = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      Stored stored = all.get(i);
      List<Stored> stream = streams.computeIfAbsent(stored.stream(), name -> new ArrayList<>());
      assertThat(stored.position()).as("position of record %s", i + 1).isEqualTo(i + 1);
      assertThat(stored.version())
          .as("version at position %s of %s", i + 1, stored.stream())
          .isEqualTo(stream.size() + 1);
      stream.add(stored);
    }
    int found = 0;
    for (Answered append : appends) {
      int version = (int) append.result().version();
      List<Stored> records =
          streams.get(append.stream()).subList(version - append.ids().size(), version);
      assertThat(records)
          .as("append to %s answered %s", append.stream(), append.result())
          .extracting(Stored::id)
          .isEqualTo(append.ids());
      assertThat(records.getLast().position()).isEqualTo(append.result().position());
      found += records.size();
    }
    assertThat(found).as("records answered").isEqualTo(events);
    assertThat(all.stream().filter(stored -> stored.stream().startsWith("stream-")).count())
        .as("records of the writers")
        .isEqualTo(events);
  }

  private static String firstDifference(List<Seen> wanted, List<Seen> seen) {
    for (int i = 0; i < Math.max(wanted.size(), seen.size()); i++) {
      Object want = i < wanted.size() ? wanted.get(i) : "nothing";
      Object got = i < seen.size() ? seen.get(i) : "nothing";
      if (!want.equals(got)) {
        return "record " + i + " is " + got + " and should be " + want;
      }
    }
    return "";
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("a writer failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
