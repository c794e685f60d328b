package dev.epoch.storage.error;

/**
 * The connection broke while a transaction was being committed. Ask result(operation) to learn the
 * outcome.
 */
public final class OutcomeUnknownException extends StorageException {
  public OutcomeUnknownException(String message, String remedy) {
    super(message, remedy);
  }

  public OutcomeUnknownException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
