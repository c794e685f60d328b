package dev.epoch.events;

/**
 * What a record of the log is. Only {@link #EVENT} changes state; the others tell why it changed.
 */
public enum RecordKind {
  /** A request, as it was received. Never read on replay. */
  COMMAND,
  /** A fact. Replay applies these and nothing else. */
  EVENT,
  /** The typed refusal of a command. Kept so that a retried command is refused alike. */
  REJECTION
}
