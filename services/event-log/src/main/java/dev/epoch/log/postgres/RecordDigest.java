package dev.epoch.log.postgres;

import dev.epoch.events.Digest;
import dev.epoch.events.Envelope;
import dev.epoch.log.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;

/** The same as {@code epoch.record_digest} in SQL. */
final class RecordDigest {
  private RecordDigest() {}

  /** SHA-256 of a record and its places; 32 bytes. */
  static byte[] of(StoredRecord stored) {
    Envelope envelope = stored.envelope();
    String key = envelope.idempotencyKey();
    String principal = envelope.principal();
    byte[][] texts = {
      utf8(stored.stream()),
      utf8(envelope.type()),
      utf8(envelope.actor().id()),
      utf8(envelope.actor().name()),
      utf8(envelope.actor().email()),
      utf8(key == null ? "" : key)
    };
    StringBuilder head =
        new StringBuilder()
            .append(stored.position())
            .append(',')
            .append(stored.version())
            .append(',')
            .append(envelope.id())
            .append(',')
            .append(EventRows.name(envelope.kind()))
            .append(',')
            .append(envelope.version())
            .append(',')
            .append(micros(envelope.time()))
            .append(',')
            .append(envelope.causation());
    for (int i = 0; i < texts.length - 1; i++) {
      head.append(',').append(texts[i].length);
    }
    head.append(',').append(key == null ? -1 : texts[texts.length - 1].length);
    byte[] asked = utf8(principal == null ? "" : principal);
    if (principal != null) {
      head.append(',').append(asked.length);
    }
    head.append(';');
    MessageDigest sha = Digest.sha256();
    sha.update(utf8(head.toString()));
    for (byte[] text : texts) {
      sha.update(text);
    }
    sha.update(asked);
    sha.update(utf8(envelope.data()));
    return sha.digest();
  }

  private static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
