package dev.epoch.api.error;

/** More is asked than the server does at a time; nothing was done. */
public final class OverloadedException extends RuntimeException {
  public OverloadedException(String message) {
    super(message, null, false, false);
  }
}
