package dev.epoch.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Actor;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordKind;
import dev.epoch.log.StoredRecord;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecentRecordsTest {
  private final RecentRecords recent = new RecentRecords();

  @Test
  void tellsWhatIsRightBehindAPosition() {
    deliver(3, 4, 5, 4, 6);

    assertThat(positions(recent.after(2, 10))).containsExactly(3L, 4L, 5L, 6L);
    assertThat(positions(recent.after(4, 10))).containsExactly(5L, 6L);
    assertThat(positions(recent.after(2, 2))).containsExactly(3L, 4L);
    assertThat(recent.after(1, 10)).isEmpty();
    assertThat(recent.after(6, 10)).isEmpty();
    assertThat(recent.after(9, 10)).isEmpty();
  }

  @Test
  void beginsAnewBehindAGap() {
    deliver(3, 4, 7, 6, 8);

    assertThat(recent.after(3, 10)).isEmpty();
    assertThat(positions(recent.after(6, 10))).containsExactly(7L, 8L);
  }

  @Test
  void holdsAFewMegabytes() {
    for (int position = 1; position <= 100; position++) {
      recent.add(record(position, "x".repeat(256 << 10)));
    }

    assertThat(recent.after(80, 100)).isEmpty();
    assertThat(positions(recent.after(84, 100))).hasSize(16);
  }

  private void deliver(long... positions) {
    for (long position : positions) {
      recent.add(record(position, "{}"));
    }
  }

  private static List<Long> positions(List<StoredRecord> records) {
    return records.stream().map(StoredRecord::position).toList();
  }

  private static StoredRecord record(long position, String data) {
    return new StoredRecord(
        position,
        "any",
        position,
        new Envelope(
            UUID.randomUUID(),
            RecordKind.EVENT,
            "any",
            1,
            Instant.EPOCH,
            Actor.ANONYMOUS,
            UUID.randomUUID(),
            null,
            data));
  }
}
