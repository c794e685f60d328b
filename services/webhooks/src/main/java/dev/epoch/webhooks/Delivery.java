package dev.epoch.webhooks;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A message to one webhook, and what came of it so far.
 *
 * @param position of the event; null for a test
 * @param branch name; empty for none
 * @param attempt number of the last attempt; 0 if there was none
 * @param responseStatus of the last attempt, null if none was answered
 * @param latencyMs milliseconds of the last attempt until its status came, or until it failed
 * @param error of the last attempt, or null
 * @param nextAttemptAt null if there is none to come, or if it comes as soon as those before it
 *     have arrived
 * @param payload what is sent; null in lists
 */
public record Delivery(
    long id,
    String webhook,
    UUID eventId,
    Long position,
    String type,
    String branch,
    State state,
    int attempt,
    Integer responseStatus,
    Integer latencyMs,
    String error,
    Instant nextAttemptAt,
    Instant createdAt,
    List<Attempt> attempts,
    String payload) {

  /** Where a delivery is. */
  public enum State {
    /** There was no attempt yet. */
    PENDING,
    /** An attempt failed; another one follows. */
    FAILED,
    /** It arrived. */
    DELIVERED,
    /** It is not tried any more. */
    DEAD
  }

  /**
   * One attempt.
   *
   * @param status answered, or null
   * @param error why it failed, or null
   */
  public record Attempt(Instant at, Integer status, int latencyMs, String error) {}
}
