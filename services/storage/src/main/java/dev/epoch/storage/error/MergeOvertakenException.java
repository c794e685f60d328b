package dev.epoch.storage.error;

/**
 * Applications changed rows after the merge was planned, so that it is in conflict now. Nothing was
 * changed: plan again.
 */
public final class MergeOvertakenException extends StorageException {
  public MergeOvertakenException(String message, String remedy) {
    super(message, remedy);
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
