package dev.epoch.engine.processing;

import java.util.UUID;

/**
 * A step was to complete an operation that has ended: recovery, here or in another process, settled
 * it before. Nothing changed; the log has the outcome.
 */
public final class OperationNotInFlightException extends IllegalStateException {
  public OperationNotInFlightException(UUID operation) {
    super("Operation " + operation + " is not in flight; it was completed or undone before");
  }
}
