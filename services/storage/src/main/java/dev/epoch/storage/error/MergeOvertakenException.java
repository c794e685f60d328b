package dev.epoch.storage.error;

import java.time.Duration;

/**
 * Applications changed rows after the merge was planned, so that it is in conflict now. Nothing was
 * changed: plan again.
 */
public final class MergeOvertakenException extends StorageException {
  private final Duration held;

  public MergeOvertakenException(String message, String remedy) {
    this(message, remedy, Duration.ZERO);
  }

  private MergeOvertakenException(String message, String remedy, Duration held) {
    super(message, remedy);
    this.held = held;
  }

  /** How long others had to wait for what came of it. */
  public Duration held() {
    return held;
  }

  /** The same, after others have waited so long. */
  public MergeOvertakenException after(Duration waited) {
    return new MergeOvertakenException(getMessage(), remedy(), waited);
  }

  /**
   * @param rows how many are in conflict now
   */
  public static MergeOvertakenException by(int rows) {
    return new MergeOvertakenException(
        "Applications changed " + rows + " row(s) of the merge while it was being planned",
        "Merge again");
  }
}
