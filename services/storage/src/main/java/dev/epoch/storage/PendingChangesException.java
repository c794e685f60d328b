package dev.epoch.storage;

import java.util.List;

/** The branch has uncommitted changes of tables that a merge would write. Nothing was changed. */
public final class PendingChangesException extends StorageException {
  private final List<String> tables;

  public PendingChangesException(List<String> tables) {
    super(
        "Uncommitted changes in " + String.join(", ", tables) + " would be mixed with the merge",
        "Commit them (epoch commit) before merging");
    this.tables = List.copyOf(tables);
  }

  /** Names of the tables. */
  public List<String> tables() {
    return tables;
  }
}
