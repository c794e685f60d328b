package dev.epoch.storage;

/**
 * Applications changed rows after the merge was planned, so that it is in conflict now. Nothing was
 * changed: plan again.
 */
public final class MergeOvertakenException extends StorageException {
  /**
   * @param rows how many were found changed
   */
  public MergeOvertakenException(int rows) {
    super(rows + " row(s) changed while the merge was being planned", "Merge again");
  }
}
