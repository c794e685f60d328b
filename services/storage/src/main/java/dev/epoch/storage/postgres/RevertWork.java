package dev.epoch.storage.postgres;

import dev.epoch.storage.Operation;

/** Undoes an operation, inside a transaction that the caller commits. */
final class RevertWork {
  RevertWork(Session session, StateResolver resolver, LockRetries retries, Operation operation) {}

  void run() {
    throw new UnsupportedOperationException();
  }
}
