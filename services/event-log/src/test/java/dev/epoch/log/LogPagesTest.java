package dev.epoch.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.testing.TestRecords;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Pages are asked for as they are needed. */
class LogPagesTest {
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final int PAGE = 10;

  private final List<Long> asked = new ArrayList<>();
  private final LogHead head = new LogHead();

  /** An endless log. */
  private Uni<List<StoredRecord>> endless(long after) {
    asked.add(after);
    return Uni.createFrom().item(page(after, PAGE));
  }

  private static List<StoredRecord> page(long after, int length) {
    return LongStream.rangeClosed(after + 1, after + length)
        .mapToObj(
            position -> new StoredRecord(position, "a", position, TestRecords.event(position)))
        .toList();
  }

  @Test
  void aSlowSubscriberKeepsTwoPagesAtMost() {
    // given
    head.advanceTo(Long.MAX_VALUE);
    AssertSubscriber<StoredRecord> slow =
        LogPages.tail(0, head, this::endless, failure -> false)
            .subscribe()
            .withSubscriber(AssertSubscriber.create(1));

    // then
    for (int taken = 1; taken < 100; taken++) {
      assertThat(slow.getItems()).hasSize(taken);
      assertThat(asked.size()).isLessThanOrEqualTo(taken / PAGE + 2);
      slow.request(1);
    }
  }

  @Test
  void aReaderStopsAtTheEnd() {
    // when
    List<StoredRecord> read =
        LogPages.upTo(Uni.createFrom().item(25L), 3, this::endless, StoredRecord::position)
            .collect()
            .asList()
            .await()
            .atMost(WAIT);

    // then
    assertThat(read).extracting(StoredRecord::position).containsExactlyElementsOf(range(4, 25));
    assertThat(asked).containsExactly(3L, 13L, 23L);
  }

  @Test
  void aTailGetsOverPassingFailuresOnly() {
    // given
    List<StoredRecord> none = List.of();
    List<Uni<List<StoredRecord>>> answers =
        new ArrayList<>(
            List.of(
                Uni.createFrom().failure(new IOException("first")),
                Uni.createFrom().item(page(0, 2)),
                Uni.createFrom().failure(new IOException("second")),
                Uni.createFrom().item(none),
                Uni.createFrom().item(page(2, 1)),
                Uni.createFrom().failure(new IllegalStateException("a defect"))));
    head.advanceTo(10);

    // when
    AssertSubscriber<StoredRecord> tail =
        LogPages.tail(
                0, head, after -> answers.removeFirst(), failure -> failure instanceof IOException)
            .subscribe()
            .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));

    // then
    tail.awaitFailure(WAIT).assertFailedWith(IllegalStateException.class, "a defect");
    assertThat(tail.getItems()).extracting(StoredRecord::position).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aTailWaitsForTheHead() {
    // given
    List<StoredRecord> log = new ArrayList<>(page(0, 2));
    AssertSubscriber<StoredRecord> tail =
        LogPages.tail(
                0,
                head,
                after -> {
                  asked.add(after);
                  return Uni.createFrom().item(List.copyOf(log.subList((int) after, log.size())));
                },
                failure -> false)
            .subscribe()
            .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
    assertThat(tail.getItems()).hasSize(2);
    assertThat(asked).containsExactly(0L, 2L);

    // when
    log.addAll(page(2, 1));
    head.advanceTo(3);

    // then
    assertThat(tail.getItems()).hasSize(3);
    assertThat(asked).containsExactly(0L, 2L, 2L);

    // when
    head.close(new IllegalStateException("closed"));

    // then
    tail.awaitFailure(WAIT).assertFailedWith(IllegalStateException.class, "closed");
  }

  private static List<Long> range(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }
}
