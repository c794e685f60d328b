package dev.epoch.log.testing;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendResult;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What tails see, and that they see all of it. Part of {@link AbstractEventLogTests}. */
abstract class AbstractEventLogTailTests extends EventLogFixture {

  @Test
  void aTailBeginsAtAnyPositionAndGoesOn() {
    // given
    append("a", 0, event(1), event(2));
    append("b", 0, event(3));

    // when
    TailProbe fromStart = tail(0);
    TailProbe fromMiddle = tail(1);
    TailProbe fromHead = tail(3);
    TailProbe fromBeyond = tail(4);
    append("b", 1, event(4), event(5), event(6));

    // then
    List<StoredRecord> all = readAll();
    assertThat(fromStart.awaitPosition(6, WAIT)).isEqualTo(all);
    assertThat(fromMiddle.awaitPosition(6, WAIT)).isEqualTo(all.subList(1, 6));
    assertThat(fromHead.awaitPosition(6, WAIT)).isEqualTo(all.subList(3, 6));
    assertThat(fromBeyond.awaitPosition(6, WAIT)).isEqualTo(all.subList(4, 6));
  }

  @Test
  void aTailOfAnEmptyLogWaits() {
    // given
    TailProbe tail = tail(0);

    // when
    append("a", 0, event(1));

    // then
    assertThat(tail.awaitCount(1, WAIT)).isEqualTo(readAll());
  }

  @Test
  void aTailReadsALongLogInOrder() {
    // given
    for (int i = 0; i < 4; i++) {
      append("a", i * 500L, TestRecords.events(500).toArray(Envelope[]::new));
    }

    // when
    TailProbe tail = tail(0);

    // then
    assertThat(tail.awaitPosition(2000, WAIT)).isEqualTo(readAll());
  }

  @Test
  void aCancelledTailGetsNothingMore() {
    // given
    TailProbe cancelled = tail(0);
    TailProbe other = tail(0);
    append("a", 0, event(1));
    cancelled.awaitCount(1, WAIT);

    // when
    cancelled.close();
    append("a", 1, event(2));
    append("a", 2, event(3));

    // then
    other.awaitCount(3, WAIT);
    assertThat(cancelled.records()).hasSize(1);
  }

  @Test
  void aSlowSubscriberGetsWhatItAsksForAndLosesNothing() {
    // given
    TailProbe slow = tail(0, 3);
    TailProbe fast = tail(0);
    for (int i = 0; i < 20; i++) {
      append("a", i * 100L, TestRecords.events(100).toArray(Envelope[]::new));
    }
    fast.awaitPosition(2000, WAIT);

    // when it asks for nothing, then
    assertThat(slow.awaitCount(3, WAIT)).hasSize(3);

    // when it asks again, then
    slow.request(1);
    assertThat(slow.awaitCount(4, WAIT)).hasSize(4);
    slow.request(996);
    assertThat(slow.awaitCount(1000, WAIT)).hasSize(1000);
    slow.request(Long.MAX_VALUE);
    assertThat(slow.awaitPosition(2000, WAIT)).isEqualTo(readAll());
  }

  @Test
  void manyTailsSeeTheSame() {
    // given
    Random random = Seed.random("manyTailsSeeTheSame");
    List<TailProbe> tails =
        IntStream.range(0, 64).mapToObj(i -> tail(random.nextInt(100))).toList();

    // when
    for (int i = 0; i < 100; i++) {
      append("stream-" + i % 7, i / 7, event(i));
    }

    // then
    List<StoredRecord> all = readAll();
    for (TailProbe tail : tails) {
      assertThat(tail.awaitPosition(100, WAIT)).isEqualTo(all.subList((int) tail.from(), 100));
    }
  }

  @Test
  void readersNeverSkipARecord() throws InterruptedException {
    // given
    Random random = Seed.random("readersNeverSkipARecord");
    int writers = 24;
    int appendsOfEach = 40;
    CountDownLatch done = new CountDownLatch(writers);
    List<CompletableFuture<AppendResult>> appends = new ArrayList<>();
    for (int writer = 0; writer < writers; writer++) {
      long[] delays = random.longs(appendsOfEach, 0, 6).toArray();
      int[] sizes = random.ints(appendsOfEach, 1, 4).toArray();
      appends.add(
          start(
              appendAll("stream-" + writer, delays, sizes, 0, 0)
                  .onTermination()
                  .invoke(done::countDown)));
    }

    // when
    List<TailProbe> tails = new ArrayList<>();
    do {
      long known = tails.isEmpty() ? 0 : newest(tails);
      tails.add(tail(random.nextLong(known + 1)));
    } while (tails.size() < 40 && !done.await(random.nextInt(10), TimeUnit.MILLISECONDS));
    assertThat(done.await(WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    appends.forEach(append -> assertThat(outcome(append)).isInstanceOf(AppendResult.class));
    long last = append("last", 0, event(0)).position();

    // then
    List<StoredRecord> all = readAll();
    assertThat(all).extracting(StoredRecord::position).isEqualTo(positions(1, last));
    for (TailProbe tail : tails) {
      assertThat(tail.awaitPosition(last, WAIT))
          .as("tail from %s", tail.from())
          .isEqualTo(all.subList((int) tail.from(), all.size()));
    }
  }

  /** One append after another, with pauses. */
  private Uni<AppendResult> appendAll(
      String stream, long[] delays, int[] sizes, int step, long version) {
    return Uni.createFrom()
        .voidItem()
        .onItem()
        .delayIt()
        .by(Duration.ofMillis(delays[step] + 1))
        .chain(() -> log().append(stream, version, TestRecords.events(sizes[step])))
        .chain(result ->
            step + 1 == delays.length
                ? Uni.createFrom().item(result)
                : appendAll(stream, delays, sizes, step + 1, result.version()));
  }

  private static long newest(List<TailProbe> tails) {
    return tails.stream()
        .map(TailProbe::records)
        .filter(records -> !records.isEmpty())
        .mapToLong(records -> records.getLast().position())
        .max()
        .orElse(0);
  }

  private static List<Long> positions(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }
}
