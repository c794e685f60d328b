package dev.epoch.storage.delta;

import dev.epoch.storage.error.StorageException;

/** The log of a Delta table, or one of its files, is not what it should be. */
public final class DamagedTableException extends StorageException {
  private static final long serialVersionUID = 1;

  DamagedTableException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
