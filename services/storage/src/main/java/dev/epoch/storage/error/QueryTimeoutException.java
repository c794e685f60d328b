package dev.epoch.storage.error;

/** The statement ran longer than allowed and was cancelled. */
public final class QueryTimeoutException extends StorageException {
  public QueryTimeoutException(String message, String remedy) {
    super(message, remedy);
  }

  public QueryTimeoutException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
