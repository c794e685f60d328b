package dev.epoch.storage.error;

/**
 * The table has no primary key, so its rows cannot be told apart. The remedy names the statement to
 * run.
 */
public final class NoPrimaryKeyException extends StorageException {
  public NoPrimaryKeyException(String message, String remedy) {
    super(message, remedy);
  }

  public NoPrimaryKeyException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
