package dev.epoch.gateway;

/** What a process cannot catch: its end. */
final class ProcessEnded extends Error {
  private static final long serialVersionUID = 1L;

  ProcessEnded(String failpoint) {
    super(failpoint, null, false, false);
  }
}
