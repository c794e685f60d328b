package dev.epoch.promoter;

/** A promotion file cannot be used; the message says where and why. */
public final class WrongFileException extends RuntimeException {
  public WrongFileException(String message) {
    super(message, null, false, false);
  }
}
