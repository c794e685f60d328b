package dev.epoch.api.error;

/** The body of a request is larger than the server takes. */
public final class BodyTooLargeException extends RuntimeException {
  public BodyTooLargeException() {
    super("The body is larger than this server takes");
  }
}
