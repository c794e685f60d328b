package dev.epoch.projections;

/**
 * A read model does not include what is to be read: it is parked before it, or did not come so far
 * in time. The message tells which, and the remedy.
 */
public final class BehindException extends RuntimeException {
  public BehindException(String message) {
    super(message, null, false, false);
  }
}
