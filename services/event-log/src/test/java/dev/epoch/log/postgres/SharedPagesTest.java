package dev.epoch.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.StoredRecord;
import dev.epoch.log.testing.TestRecords;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SharedPagesTest {
  private final List<Long> asked = new ArrayList<>();
  private final List<UniEmitter<? super List<StoredRecord>>> answers = new ArrayList<>();
  private final SharedPages pages =
      new SharedPages(place -> {
        asked.add(place);
        return Uni.createFrom().emitter(answers::add);
      });

  @Test
  void readersOfOnePlaceAreAnsweredByOneQuery() {
    // given
    CompletableFuture<List<StoredRecord>> first = ask(4);
    CompletableFuture<List<StoredRecord>> second = ask(4);
    CompletableFuture<List<StoredRecord>> elsewhere = ask(5);

    // when
    answers.getFirst().complete(records(5, 7));

    // then
    assertThat(asked).containsExactly(4L, 5L);
    assertThat(first).isCompletedWithValueMatching(page -> page.size() == 3);
    assertThat(second.join()).isSameAs(first.join());
    assertThat(elsewhere).isNotDone();
  }

  @Test
  void whoComesLaterGetsWhatIsLeftOfTheLatestPage() {
    // given
    ask(4);
    answers.getFirst().complete(records(5, 7));

    // when
    CompletableFuture<List<StoredRecord>> within = ask(5);
    CompletableFuture<List<StoredRecord>> before = ask(3);
    CompletableFuture<List<StoredRecord>> behind = ask(7);

    // then
    assertThat(within.join()).extracting(StoredRecord::position).containsExactly(6L, 7L);
    assertThat(before).isNotDone();
    assertThat(behind).isNotDone();
    assertThat(asked).containsExactly(4L, 3L, 7L);
  }

  @Test
  void whoReadsOldPagesTakesNothingFromThoseAtTheEnd() {
    // given
    ask(4);
    answers.getFirst().complete(records(5, 7));

    // when
    ask(0);
    answers.getLast().complete(records(1, 4));

    // then
    assertThat(ask(6)).isCompletedWithValueMatching(page -> page.size() == 1);
    assertThat(ask(1)).isNotDone();
  }

  @Test
  void anEmptyPageIsNotShared() {
    // given
    CompletableFuture<List<StoredRecord>> first = ask(4);
    CompletableFuture<List<StoredRecord>> second = ask(4);

    // when
    answers.getFirst().complete(List.of());

    // then
    assertThat(first.join()).isEmpty();
    assertThat(second).isNotDone();
    answers.getLast().complete(records(5, 5));
    assertThat(second.join()).hasSize(1);
  }

  @Test
  void aFailureIsForThoseWhoAskedAndNotKept() {
    // given
    CompletableFuture<List<StoredRecord>> first = ask(4);
    CompletableFuture<List<StoredRecord>> second = ask(4);

    // when
    answers.getFirst().fail(new IllegalStateException("away"));

    // then
    assertThat(first).isCompletedExceptionally();
    assertThat(second).isCompletedExceptionally();
    ask(4);
    assertThat(asked).containsExactly(4L, 4L);
  }

  private CompletableFuture<List<StoredRecord>> ask(long place) {
    return pages.after(place).subscribeAsCompletionStage();
  }

  private static List<StoredRecord> records(long first, long last) {
    return LongStream.rangeClosed(first, last)
        .mapToObj(
            position -> new StoredRecord(position, "a", position, TestRecords.event(position)))
        .toList();
  }
}
