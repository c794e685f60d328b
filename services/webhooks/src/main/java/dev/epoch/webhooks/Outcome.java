package dev.epoch.webhooks;

import java.time.Instant;

/**
 * What came of one attempt.
 *
 * @param at when it began
 * @param status answered; null if none was
 * @param latencyMs until the status, or until it failed
 * @param error why it failed; null if it worked
 */
record Outcome(Instant at, Integer status, int latencyMs, String error) {
  private static final int GONE = 410;

  boolean worked() {
    return error == null;
  }

  /** Whether the receiver wants to hear no more. */
  boolean gone() {
    return status != null && status == GONE;
  }
}
