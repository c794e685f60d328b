package dev.epoch.storage.error;

import dev.epoch.storage.OperationId;

/**
 * Who asks owned the repository once: a later owner has settled the operation, and nothing is
 * undone.
 */
public final class FormerOwnerException extends StorageException {
  public FormerOwnerException(String message, String remedy) {
    super(message, remedy);
  }

  /** It was settled by another server. */
  public static FormerOwnerException of(OperationId operation) {
    return new FormerOwnerException(
        "Another server has settled operation " + operation.id(),
        "Ask again with the same Idempotency-Key: the answer is the outcome");
  }
}
