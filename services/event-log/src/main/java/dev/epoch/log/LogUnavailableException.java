package dev.epoch.log;

/** The log cannot be reached or refuses writes. Nothing was stored. */
public sealed class LogUnavailableException extends RuntimeException permits NotOwnerException {
  public LogUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
