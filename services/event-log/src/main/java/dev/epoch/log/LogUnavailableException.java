package dev.epoch.log;

/** The log cannot be reached or refuses writes. Nothing was stored. */
public final class LogUnavailableException extends RuntimeException {
  public LogUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
