package dev.epoch.gateway.stream;

import java.util.UUID;

/**
 * A database or the log could not be reached in the midst of an operation. It is finished or undone
 * as soon as both answer again; until then it shows under recovery. Nothing is lost: ask again with
 * the same idempotency key.
 */
public final class InDoubtException extends RuntimeException {
  private final UUID operation;

  public InDoubtException(UUID operation, Throwable cause) {
    super(
        "The outcome of operation " + operation + " is not known yet: " + cause.getMessage(),
        cause);
    this.operation = operation;
  }

  public UUID operation() {
    return operation;
  }
}
