package dev.epoch.storage;

/** The database cannot be reached. Nothing was changed. */
public final class StorageUnavailableException extends StorageException {
  public StorageUnavailableException(String message, String remedy) {
    super(message, remedy);
  }

  public StorageUnavailableException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
