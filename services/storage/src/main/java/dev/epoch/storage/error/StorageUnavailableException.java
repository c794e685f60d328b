package dev.epoch.storage.error;

/** The database cannot be reached. Nothing was changed. */
public final class StorageUnavailableException extends StorageException {
  public StorageUnavailableException(String message, String remedy) {
    super(message, remedy);
  }

  public StorageUnavailableException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }

  /**
   * The server tells databases of a new branch after its log, and again until it has.
   *
   * @param missing what the database does not know
   * @param cause or null
   */
  public static StorageUnavailableException untold(String missing, Throwable cause) {
    return new StorageUnavailableException(
        "The database has not heard of the branch yet: " + missing,
        "Try again; if it stays so, epoch doctor tells what is missing",
        cause);
  }
}
