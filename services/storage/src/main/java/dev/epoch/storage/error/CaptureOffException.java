package dev.epoch.storage.error;

/**
 * Changes of the table may not have been captured: what captures them was switched off. A commit
 * would not be what the table holds. Nothing was changed.
 */
public final class CaptureOffException extends StorageException {
  /**
   * @param table name in the repository
   * @param branch name
   * @param isDefault whether that is the default branch
   * @param problem why they may not have been captured
   */
  public CaptureOffException(String table, String branch, boolean isDefault, String problem) {
    super(
        "Changes of table '%s' on branch '%s' may not have been captured: %s"
            .formatted(table, branch, problem),
        remedy(table, branch, isDefault));
  }

  /** Of a table whose former rows nobody has. */
  public CaptureOffException(String message, String remedy) {
    super(message, remedy);
  }

  /** The command that looks at the table. */
  public static String remedy(String table, String branch, boolean isDefault) {
    return "epoch table rescan " + table + (isDefault ? "" : " --branch " + branch);
  }
}
