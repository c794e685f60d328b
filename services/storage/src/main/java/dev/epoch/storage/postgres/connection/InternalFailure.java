package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.error.StorageException;

/** A statement of Epoch's that the database refuses, though no table has changed: a fault. */
public final class InternalFailure extends StorageException {
  public InternalFailure(StorageException failure) {
    super(
        "Internal error: the database refuses a statement of Epoch's own: " + failure.getMessage(),
        "This is a fault of Epoch, and nothing was changed. Trying again does not help: report it"
            + " with this message, and with what the log of the Epoch server has about it",
        failure);
  }
}
