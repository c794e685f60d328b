package dev.epoch.log.testing;

import dev.epoch.events.Actor;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordKind;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** Records for tests. */
public final class TestRecords {
  private static final Actor ACTOR = new Actor("ada", "Ada", "ada@example.org");

  private TestRecords() {}

  /** An event whose data holds the number. */
  public static Envelope event(long number) {
    return withData("{\"number\": " + number + "}");
  }

  public static List<Envelope> events(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(TestRecords::event).toList();
  }

  public static Envelope withData(String data) {
    return new Envelope(
        UUID.randomUUID(),
        RecordKind.EVENT,
        "something-happened",
        1,
        Instant.now().truncatedTo(ChronoUnit.MICROS),
        ACTOR,
        UUID.randomUUID(),
        null,
        data);
  }

  /** An event whose data has exactly this size in UTF-8. */
  public static Envelope ofBytes(int bytes) {
    String frame = "{\"filler\":\"\"}";
    return withData("{\"filler\":\"" + "x".repeat(bytes - frame.length()) + "\"}");
  }
}
