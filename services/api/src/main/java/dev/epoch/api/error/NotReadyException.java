package dev.epoch.api.error;

/** The server cannot answer now and will soon; nothing was done. */
public final class NotReadyException extends RuntimeException {
  public NotReadyException(String message) {
    super(message);
  }
}
