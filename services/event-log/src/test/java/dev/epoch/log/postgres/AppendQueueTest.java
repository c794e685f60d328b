package dev.epoch.log.postgres;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.AppendRequest;
import dev.epoch.log.AppendResult;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.testing.TestRecords;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which appends share a batch, and which are refused. The flushes are held back by the test. */
class AppendQueueTest {
  private static final AppendResult ANSWER = new AppendResult(1, 1);

  private final List<List<AppendQueue.Waiting>> flushed = new ArrayList<>();
  private UniEmitter<? super Runnable> inFlight;

  private AppendQueue queue(int maxAppends, long maxBytes) {
    return new AppendQueue(
        maxAppends,
        maxBytes,
        batch -> {
          flushed.add(batch);
          return Uni.createFrom().<Runnable>emitter(emitter -> inFlight = emitter);
        },
        Runnable::run);
  }

  private static UniAssertSubscriber<AppendResult> add(AppendQueue queue, AppendRequest request) {
    return queue.add(request).subscribe().withSubscriber(UniAssertSubscriber.create());
  }

  private static AppendRequest small() {
    return AppendRequest.of("a", 0, List.of(event(1)));
  }

  private static AppendRequest ofBytes(int records, int bytes) {
    return AppendRequest.of(
        "a", 0, IntStream.range(0, records).mapToObj(i -> TestRecords.ofBytes(bytes)).toList());
  }

  private void finishFlush() {
    List<AppendQueue.Waiting> batch = flushed.getLast();
    Runnable answers = () -> batch.forEach(append -> append.answer().complete(ANSWER));
    inFlight.complete(answers);
  }

  private List<Integer> sizes() {
    return flushed.stream().map(List::size).toList();
  }

  @Test
  void whatWaitsDuringAFlushIsTheNextBatch() {
    // given
    AppendQueue queue = queue(1000, 1L << 30);

    // when
    UniAssertSubscriber<AppendResult> first = add(queue, small());
    List<UniAssertSubscriber<AppendResult>> next =
        IntStream.range(0, 300).mapToObj(i -> add(queue, small())).toList();

    // then
    assertThat(sizes()).containsExactly(1);
    finishFlush();
    first.assertItem(ANSWER);
    assertThat(sizes()).containsExactly(1, 256);
    next.get(255).assertNotTerminated();
    finishFlush();
    next.get(255).assertItem(ANSWER);
    assertThat(sizes()).containsExactly(1, 256, 44);
    finishFlush();
    next.get(299).assertItem(ANSWER);
    assertThat(sizes()).hasSize(3);
  }

  @Test
  void aBatchIsLimitedInBytes() {
    // given
    AppendQueue queue = queue(1000, 1L << 30);
    add(queue, small());

    // when 1.5 MB each
    IntStream.range(0, 5).forEach(i -> add(queue, ofBytes(6, 250_000)));
    // and 10 MB, more than a batch may have
    add(queue, ofBytes(40, 250_000));
    add(queue, small());

    // then
    IntStream.range(0, 6).forEach(i -> finishFlush());
    assertThat(sizes()).containsExactly(1, 2, 2, 1, 1, 1);
  }

  @Test
  void tooManyThatWaitAreRefusedUntilThereIsRoom() {
    // given
    AppendQueue queue = queue(2, 1L << 30);
    add(queue, small());
    add(queue, small());
    add(queue, small());

    // then
    add(queue, small()).assertFailedWith(LogUnavailableException.class, "overloaded");
    finishFlush();
    add(queue, small()).assertNotTerminated();
  }

  @Test
  void tooManyBytesThatWaitAreRefusedUntilThereIsRoom() {
    // given
    AppendQueue queue = queue(1000, 1_000_000);
    add(queue, small());
    UniAssertSubscriber<AppendResult> waiting = add(queue, ofBytes(3, 250_000));

    // then
    add(queue, ofBytes(1, 250_000)).assertFailedWith(LogUnavailableException.class, "overloaded");
    finishFlush();
    finishFlush();
    waiting.assertItem(ANSWER);
    add(queue, ofBytes(1, 250_000)).assertNotTerminated();
  }

  @Test
  void closingAnswersTheBatchInFlightAndRefusesTheRest() {
    // given
    AppendQueue queue = queue(1000, 1L << 30);
    UniAssertSubscriber<AppendResult> first = add(queue, small());
    UniAssertSubscriber<AppendResult> waiting = add(queue, small());

    // when
    UniAssertSubscriber<Void> closed =
        queue.close().subscribe().withSubscriber(UniAssertSubscriber.create());

    // then
    waiting.assertFailedWith(LogUnavailableException.class, "closed");
    add(queue, small()).assertFailedWith(LogUnavailableException.class, "closed");
    closed.assertNotTerminated();
    finishFlush();
    first.assertItem(ANSWER);
    closed.assertCompleted();
    assertThat(sizes()).containsExactly(1);
  }
}
