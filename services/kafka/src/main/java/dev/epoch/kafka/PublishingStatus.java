package dev.epoch.kafka;

import java.time.Instant;

/**
 * How publishing goes.
 *
 * @param topic of the events
 * @param position of the log up to which events are in the topic; null if this process does not
 *     know
 * @param lag records of the log behind that position; likewise
 * @param error what stands in the way, or null
 * @param since when it is so
 */
public record PublishingStatus(
    State state, String topic, Long position, Long lag, String error, Instant since) {
  /** What this process does about it. */
  public enum State {
    /** It begins to. */
    STARTING,
    /** Another process publishes. */
    STANDBY,
    /** It publishes. */
    PUBLISHING,
    /** It cannot, and tries again. */
    FAILING
  }
}
