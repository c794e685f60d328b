package dev.epoch.storage.objects.retry;

import dev.epoch.storage.objects.ObjectStoreException;
import java.util.Objects;

/**
 * Why a request failed.
 *
 * @param error what the caller is told if it is not repeated
 */
public record Fault(Outcome outcome, ObjectStoreException error) {

  /** What is known of the request after it failed. */
  public enum Outcome {
    /** The store refused it, and will again. */
    REFUSED,
    /** The condition of a write does not hold. */
    CONDITION,
    /** The store did not do it, and may do it later: it is overloaded, or was not reached. */
    NOT_DONE,
    /** No answer came, or an unclear one: the store may have done it. */
    UNKNOWN
  }

  public Fault {
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(error, "error");
  }
}
