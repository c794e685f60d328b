package dev.epoch.log;

import dev.epoch.events.Envelope;
import java.util.Objects;

/**
 * A record in the log.
 *
 * @param position in the whole log, from 1
 * @param stream it belongs to
 * @param version in its stream, from 1
 */
public record StoredRecord(long position, String stream, long version, Envelope envelope) {
  public StoredRecord {
    Objects.requireNonNull(stream, "stream");
    Objects.requireNonNull(envelope, "envelope");
  }
}
