package dev.epoch.storage.error;

import java.util.List;
import java.util.stream.Collectors;

/** There are uncommitted changes that would be mixed with a merge, or lost. Nothing was changed. */
public final class PendingChangesException extends StorageException {
  private final List<String> tables;
  private final List<String> branches;

  /** Of tables that a merge would write. */
  public PendingChangesException(List<String> tables) {
    super(
        "Uncommitted changes in " + String.join(", ", tables) + " would be mixed with the merge",
        "Commit them (epoch commit) before merging");
    this.tables = List.copyOf(tables);
    this.branches = List.of();
  }

  private PendingChangesException(List<String> tables, String message, String remedy) {
    super(message, remedy);
    this.tables = List.copyOf(tables);
    this.branches = List.of();
  }

  /** Of tables whose schema sessions have changed on a branch that is to get another one. */
  public static PendingChangesException ofSchemas(List<String> tables, String branch) {
    return new PendingChangesException(
        tables,
        "The schema of %s was changed on branch '%s', and that is not committed"
            .formatted(String.join(", ", tables), branch),
        "Commit it (epoch commit), or undo the change");
  }

  /**
   * Of a table that is to be removed.
   *
   * @param branches names, sorted
   */
  public PendingChangesException(String table, List<String> branches) {
    super(
        "Table '%s' has uncommitted changes on %s"
            .formatted(
                table,
                branches.stream()
                    .map(branch -> "'" + branch + "'")
                    .collect(Collectors.joining(", "))),
        "Commit them there, or remove with --force");
    this.tables = List.of(table);
    this.branches = List.copyOf(branches);
  }

  /** Names of the tables. */
  public List<String> tables() {
    return tables;
  }

  /** Names of the branches, where it is not one that was named. */
  public List<String> branches() {
    return branches;
  }
}
