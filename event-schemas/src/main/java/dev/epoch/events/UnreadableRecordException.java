package dev.epoch.events;

/**
 * A record of the log cannot be read: its type is unknown here, or its data does not fit its
 * schema.
 */
public final class UnreadableRecordException extends RuntimeException {
  public UnreadableRecordException(String message, Throwable cause) {
    super(message, cause);
  }
}
