package dev.epoch.log;

import dev.epoch.events.Envelope;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * An append that every log can store: checked without looking at what the log holds.
 *
 * <p>Times are cut to microseconds here, so that what is read back equals what was stored.
 */
public final class AppendRequest {
  /** Of a stream's name, a record's type, an actor's fields and an idempotency key, in UTF-8. */
  public static final int MAX_NAME_BYTES = 1024;

  /** Of all records of one append together. */
  public static final int MAX_BYTES = 64 * 1024 * 1024;

  private static final int METADATA_BYTES = 256;
  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private final String stream;
  private final long fence;
  private final long expectedVersion;
  private final List<Envelope> records;
  private final long bytes;

  private AppendRequest(
      String stream, long fence, long expectedVersion, List<Envelope> records, long bytes) {
    this.stream = stream;
    this.fence = fence;
    this.expectedVersion = expectedVersion;
    this.records = records;
    this.bytes = bytes;
  }

  /**
   * @throws InvalidAppendException saying which record is wrong, and how
   */
  public static AppendRequest of(String stream, long expectedVersion, List<Envelope> records) {
    return of(stream, EventLog.UNOWNED, expectedVersion, records);
  }

  /**
   * @throws InvalidAppendException saying which record is wrong, and how
   */
  public static AppendRequest of(
      String stream, long fence, long expectedVersion, List<Envelope> records) {
    Objects.requireNonNull(stream, "stream");
    Objects.requireNonNull(records, "records");
    checkName("The stream's name", stream);
    if (stream.isBlank() || stream.equals(EventLog.ALL)) {
      throw new InvalidAppendException("No stream that can be appended to: '" + stream + "'");
    }
    if (expectedVersion < 0) {
      throw new InvalidAppendException(
          "Expected version " + expectedVersion + "; versions count from 1, 0 is none");
    }
    if (fence < EventLog.UNOWNED) {
      throw new InvalidAppendException("Fence " + fence + "; fences count from 1, 0 is none");
    }
    if (records.isEmpty()) {
      throw new InvalidAppendException("An append needs at least one record");
    }
    Set<UUID> ids = new HashSet<>();
    long bytes = 0;
    for (Envelope record : records) {
      bytes += METADATA_BYTES + check(record);
      if (!ids.add(record.id())) {
        throw new InvalidAppendException("Two records of one append have the id " + record.id());
      }
    }
    if (bytes > MAX_BYTES) {
      throw new InvalidAppendException(
          "The records of the append take "
              + bytes
              + " bytes; at most "
              + MAX_BYTES
              + " are stored at once");
    }
    return new AppendRequest(
        stream,
        fence,
        expectedVersion,
        records.stream().map(AppendRequest::toMicroseconds).toList(),
        bytes);
  }

  private static int check(Envelope record) {
    String what = "Record " + record.id() + ": ";
    checkName(what + "type", record.type());
    checkName(what + "actor id", record.actor().id());
    checkName(what + "actor name", record.actor().name());
    checkName(what + "actor email", record.actor().email());
    if (record.principal() != null) {
      checkName(what + "principal", record.principal());
    }
    if (record.idempotencyKey() != null) {
      checkName(what + "idempotency key", record.idempotencyKey());
    }
    if (record.time().isBefore(EARLIEST) || record.time().isAfter(LATEST)) {
      throw new InvalidAppendException(
          what + "time " + record.time() + " is outside the years 1 to 9999");
    }
    int bytes = StorableText.check(what + "data", record.data(), Envelope.MAX_DATA_BYTES);
    JsonObjects.check(what + "data", record.data());
    return bytes;
  }

  private static void checkName(String what, String name) {
    StorableText.check(what, name, MAX_NAME_BYTES);
  }

  private static Envelope toMicroseconds(Envelope record) {
    Instant time = record.time().truncatedTo(ChronoUnit.MICROS);
    return time.equals(record.time())
        ? record
        : new Envelope(
            record.id(),
            record.kind(),
            record.type(),
            record.version(),
            time,
            record.actor(),
            record.principal(),
            record.causation(),
            record.idempotencyKey(),
            record.data());
  }

  public String stream() {
    return stream;
  }

  /** Of the owner in whose name it is made, {@link EventLog#UNOWNED} for none. */
  public long fence() {
    return fence;
  }

  /** 0 for a stream without records. */
  public long expectedVersion() {
    return expectedVersion;
  }

  /** At least one, with different ids. */
  public List<Envelope> records() {
    return records;
  }

  /** About what the records take in memory and on the wire. */
  public long bytes() {
    return bytes;
  }
}
