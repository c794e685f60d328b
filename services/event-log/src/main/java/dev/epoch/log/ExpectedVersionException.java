package dev.epoch.log;

/**
 * Somebody else appended first. Nothing was stored. Read the stream on from what you know, decide
 * again, append again.
 */
public final class ExpectedVersionException extends RuntimeException {
  private final long actualVersion;

  public ExpectedVersionException(String stream, long expectedVersion, long actualVersion) {
    super(
        "Stream " + stream + " stands at version " + actualVersion + ", not at " + expectedVersion);
    this.actualVersion = actualVersion;
  }

  public long actualVersion() {
    return actualVersion;
  }
}
