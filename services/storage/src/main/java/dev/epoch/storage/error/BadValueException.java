package dev.epoch.storage.error;

/** A value does not fit the column's type. */
public final class BadValueException extends StorageException {
  public BadValueException(String message, String remedy) {
    super(message, remedy);
  }

  public BadValueException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
