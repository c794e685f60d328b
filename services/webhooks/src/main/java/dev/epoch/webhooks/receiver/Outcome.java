package dev.epoch.webhooks.receiver;

import java.time.Instant;

/**
 * What came of one attempt.
 *
 * @param at when it began
 * @param status answered; null if none was
 * @param latencyMs until the status, or until it failed
 * @param error why it failed; null if it worked
 */
public record Outcome(Instant at, Integer status, int latencyMs, String error) {
  private static final int GONE = 410;

  public boolean worked() {
    return error == null;
  }

  /** Whether the receiver wants to hear no more. */
  public boolean gone() {
    return status != null && status == GONE;
  }
}
