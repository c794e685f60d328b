package dev.epoch.storage.error;

/**
 * Locks could not be had in time: long transactions of applications are in the way. Nothing was
 * changed; try again.
 */
public class BusyException extends StorageException {
  public BusyException(String message, String remedy) {
    super(message, remedy);
  }

  public BusyException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
