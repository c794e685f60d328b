package dev.epoch.projections;

import java.time.Instant;
import java.util.Objects;

/**
 * A repository whose events a projection does not include from one of them on, while it goes on
 * with the others.
 *
 * @param repository its name
 * @param state whether it goes on by itself
 * @param position of that event in the log; the next one to look at, where it was resumed
 * @param error what went wrong there
 * @param since when the projection stopped there first
 */
public record Stop(String repository, State state, long position, String error, Instant since) {
  private static final int LONGEST_ERROR = 2_000;

  /** Whether a stop ends by itself. */
  public enum State {
    /** The event cannot be applied: an operator removes the cause, or skips it. */
    PARKED,
    /** What applying the event needs is away; it is tried again. */
    WAITING,
    /** The events from this one on are being applied. */
    RESUMED
  }

  public Stop {
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(since, "since");
    error = error == null ? "" : error.substring(0, Math.min(error.length(), LONGEST_ERROR));
  }

  static Stop at(String repository, State state, long position, Throwable failure) {
    String error =
        failure instanceof NotNowException
            ? failure.getMessage()
            : failure.getClass().getSimpleName() + ": " + failure.getMessage();
    return new Stop(repository, state, position, error, Instant.now());
  }

  /** Goes on with this event. */
  Stop resumed() {
    return new Stop(repository, State.RESUMED, position, error, since);
  }

  /** Goes on with the first event of the repository from this position on. */
  Stop resumedAt(long next) {
    return new Stop(repository, State.RESUMED, next, error, since);
  }

  /** Still at the same event, since the same time. */
  Stop since(Stop before) {
    return before.position == position
        ? new Stop(repository, state, position, error, before.since)
        : this;
  }
}
