package dev.epoch.log;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendBatch.Outcome;
import dev.epoch.log.AppendBatch.Place;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Appends that share a transaction, without a database. */
class AppendBatchTest {
  private final Envelope e1 = event(1);
  private final Envelope e2 = event(2);
  private final Envelope e3 = event(3);
  private final Envelope e4 = event(4);

  @Test
  void appendsOfABatchBuildOnEachOther() {
    // when
    AppendBatch batch =
        AppendBatch.decide(
            List.of(
                AppendRequest.of("a", 7, List.of(e1, e2)),
                AppendRequest.of("a", 7, List.of(e3)),
                AppendRequest.of("a", 9, List.of(e4)),
                AppendRequest.of("b", 0, List.of(event(5))),
                AppendRequest.of("a", 7, List.of(e1, e2))),
            100,
            Map.of("a", 7L),
            Map.of(),
            Map.of());

    // then
    assertThat(batch.outcomes()).hasSize(5);
    assertThat(batch.outcomes().get(0)).isEqualTo(answered(102, 9));
    assertThat(batch.outcomes().get(1))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.reason()).isInstanceOf(ExpectedVersionException.class));
    assertThat(batch.outcomes().get(2)).isEqualTo(answered(103, 10));
    assertThat(batch.outcomes().get(3)).isEqualTo(answered(104, 1));
    assertThat(batch.outcomes().get(4)).isEqualTo(answered(102, 9));
    assertThat(batch.appended())
        .extracting(StoredRecord::position)
        .containsExactly(101L, 102L, 103L, 104L);
    assertThat(batch.head()).isEqualTo(104);
  }

  @Test
  void aRefusedAppendLeavesItsIdsFree() {
    // when
    AppendBatch batch =
        AppendBatch.decide(
            List.of(AppendRequest.of("a", 5, List.of(e1)), AppendRequest.of("a", 0, List.of(e1))),
            0,
            Map.of(),
            Map.of(),
            Map.of());

    // then
    assertThat(batch.outcomes().get(1)).isEqualTo(answered(1, 1));
  }

  @Test
  void whatTheLogHoldsIsAnsweredFromWhereItStands() {
    // when
    AppendBatch batch =
        AppendBatch.decide(
            List.of(AppendRequest.of("a", 0, List.of(e1, e2))),
            50,
            Map.of("a", 9L),
            Map.of("a", 3L),
            Map.of(e1.id(), new Place("a", 3, 20), e2.id(), new Place("a", 4, 21)));

    // then
    assertThat(batch.outcomes()).containsExactly(answered(21, 4));
    assertThat(batch.appended()).isEmpty();
    assertThat(batch.head()).isEqualTo(50);
  }

  private static Outcome answered(long position, long version) {
    return new Outcome.Answered(new AppendResult(position, version));
  }
}
