package dev.epoch.storage.error;

/** There is no such table (or it is not an ordinary or partitioned table, or may not be read). */
public final class TableNotFoundException extends StorageException {
  public TableNotFoundException(String message, String remedy) {
    super(message, remedy);
  }

  public TableNotFoundException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
