package dev.epoch.storage.error;

/**
 * The statement is not a single reading statement, or the database refused it; the message says
 * why.
 */
public final class QueryRefusedException extends StorageException {
  public QueryRefusedException(String message, String remedy) {
    super(message, remedy);
  }

  public QueryRefusedException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
