package dev.epoch.storage.error;

/** Another repository versions this table; the message names it. */
public final class TableOwnedException extends StorageException {
  public TableOwnedException(String message, String remedy) {
    super(message, remedy);
  }

  public TableOwnedException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
