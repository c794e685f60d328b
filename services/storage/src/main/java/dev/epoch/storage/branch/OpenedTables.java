package dev.epoch.storage.branch;

import java.util.List;

/**
 * How the tables of a branch stand in a database.
 *
 * @param tables all of them
 * @param uncheckedReferences foreign keys with one side open and the other not, which only merges
 *     check
 * @param place what clients open to find them; null if that is the database itself
 */
public record OpenedTables(List<Table> tables, List<String> uncheckedReferences, String place) {
  public OpenedTables {
    tables = List.copyOf(tables);
    uncheckedReferences = List.copyOf(uncheckedReferences);
  }

  /** Tables that clients find in the database itself. */
  public OpenedTables(List<Table> tables, List<String> uncheckedReferences) {
    this(tables, uncheckedReferences, null);
  }

  /**
   * One of them.
   *
   * @param tableId of the registration
   * @param open whether it is a real table
   * @param reason why it cannot be; null if it can, or if nobody has tried
   * @param rows estimated, 0 if it is not open
   * @param bytes on disk, with indexes; 0 if it is not open
   * @param automatic whether it was opened because it is read a lot
   */
  public record Table(
      String tableId, boolean open, String reason, long rows, long bytes, boolean automatic) {}
}
