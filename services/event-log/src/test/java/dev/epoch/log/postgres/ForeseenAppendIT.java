package dev.epoch.log.postgres;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendResult;
import dev.epoch.log.ExpectedVersionException;
import dev.epoch.log.InvalidAppendException;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a process knows of the log from its own appends is not the whole truth. */
class ForeseenAppendIT extends PostgresLogScenario {

  @Test
  void whatAnotherProcessAppendedIsNoticed() {
    // given both know streams a and b
    PostgresEventLog one = open();
    PostgresEventLog other = open();
    outcome(one, "a", 0, event(1));
    outcome(one, "b", 0, event(2));
    outcome(other, "a", 1, event(3));
    outcome(other, "b", 1, event(4));

    // when
    Object late = outcome(one, "a", 1, event(5));
    Object next = outcome(one, "a", 2, event(6));
    Object elsewhere = outcome(other, "b", 2, event(7));

    // then
    assertThat(late)
        .isInstanceOfSatisfying(
            ExpectedVersionException.class,
            refused -> assertThat(refused).hasMessageContaining("2"));
    assertThat(next).isEqualTo(new AppendResult(5, 3));
    assertThat(elsewhere).isEqualTo(new AppendResult(6, 3));
    assertThat(readAll(one))
        .extracting(StoredRecord::position)
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void idsThatTheLogHoldsAreNoticedWhateverIsKnown() {
    // given
    PostgresEventLog log = open();
    Envelope first = event(1);
    Envelope second = event(2);
    outcome(log, "a", 0, first);
    outcome(log, "a", 1, second);

    // when
    Object again = outcome(log, "a", 0, first);
    Object againFromHere = outcome(log, "a", 2, second);
    Object elsewhere = outcome(log, "b", 0, first);
    Object next = outcome(log, "a", 2, event(3));

    // then
    assertThat(again).isEqualTo(new AppendResult(1, 1));
    assertThat(againFromHere).isEqualTo(new AppendResult(2, 2));
    assertThat(elsewhere).isInstanceOf(InvalidAppendException.class);
    assertThat(next).isEqualTo(new AppendResult(3, 3));
  }

  @Test
  void processesThatTakeTurnsAtRandomLeaveNoGaps() {
    // given
    Random random = Seed.random("processesThatTakeTurnsAtRandomLeaveNoGaps");
    List<PostgresEventLog> logs = List.of(open(), open(), open());
    Map<String, List<Envelope>> streams = new TreeMap<>();

    // when
    for (int i = 0; i < 300; i++) {
      List<Envelope> stream =
          streams.computeIfAbsent("stream-" + random.nextInt(4), _ -> new ArrayList<>());
      String name =
          streams.entrySet().stream()
              .filter(entry -> entry.getValue() == stream)
              .findFirst()
              .orElseThrow()
              .getKey();
      Envelope record = event(i);
      int behind = random.nextInt(5) == 0 && !stream.isEmpty() ? 1 : 0;
      Object outcome =
          outcome(logs.get(random.nextInt(logs.size())), name, stream.size() - behind, record);
      if (behind == 0) {
        stream.add(record);
        assertThat(outcome).isInstanceOf(AppendResult.class);
      } else {
        assertThat(outcome).isInstanceOf(ExpectedVersionException.class);
      }
    }

    // then
    List<StoredRecord> all = readAll(logs.getFirst());
    assertThat(all).hasSize(streams.values().stream().mapToInt(List::size).sum());
    streams.forEach((name, records) ->
        assertThat(all)
            .filteredOn(record -> record.stream().equals(name))
            .extracting(StoredRecord::envelope)
            .isEqualTo(records));
  }
}
