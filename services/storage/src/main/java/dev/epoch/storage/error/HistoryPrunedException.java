package dev.epoch.storage.error;

/** The state was removed by retention. */
public final class HistoryPrunedException extends StorageException {
  public HistoryPrunedException(String message, String remedy) {
    super(message, remedy);
  }

  public HistoryPrunedException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
