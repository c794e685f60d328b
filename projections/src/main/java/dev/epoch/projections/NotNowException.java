package dev.epoch.projections;

/**
 * What an effect needs is away for a while. The event is tried again, and with it the later ones of
 * its repository; the projection is not parked.
 */
public final class NotNowException extends RuntimeException {
  public NotNowException(Throwable cause) {
    super(cause.getMessage(), cause);
  }
}
