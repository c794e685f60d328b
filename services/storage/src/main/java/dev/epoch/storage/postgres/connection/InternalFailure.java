package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.TableNotFoundException;

/** A statement of Epoch's that the database refuses, though no table has changed: a fault. */
public final class InternalFailure extends StorageException {
  /** What it means; where something of Epoch's is not there any more, that it was lost. */
  public static StorageException of(StorageException failure) {
    return failure instanceof TableNotFoundException lost && lost.remedy() != null
        ? lost
        : new InternalFailure(failure);
  }

  private InternalFailure(StorageException failure) {
    super(
        "Internal error: the database refuses a statement of Epoch's own: " + failure.getMessage(),
        "This is a fault of Epoch, and nothing was changed. Trying again does not help: report it"
            + " with this message, and with what the log of the Epoch server has about it",
        failure);
  }
}
