package dev.epoch.events;

/**
 * A record is larger than the log takes ({@link Envelope#MAX_DATA_BYTES}). Nothing was written; the
 * same request will never fit.
 */
public final class RecordTooLargeException extends RuntimeException {
  public RecordTooLargeException(String wireName, int bytes) {
    super(
        "A record '"
            + wireName
            + "' would have "
            + bytes
            + " bytes; the log takes "
            + Envelope.MAX_DATA_BYTES);
  }
}
