package dev.epoch.log;

/** The records may or may not be stored. Append the same records (same ids) again to learn it. */
public final class AppendOutcomeUnknownException extends RuntimeException {
  public AppendOutcomeUnknownException(String message, Throwable cause) {
    super(message, cause);
  }
}
