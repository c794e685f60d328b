package dev.epoch.storage.schema;

import dev.epoch.storage.TablePath;
import java.time.Instant;
import java.util.List;

/**
 * What a table and its indexes take, and how they do.
 *
 * @param bytes with indexes and large values
 * @param rows as the database's statistics estimate them
 * @param deadRows that take room until they are cleaned up
 */
public record TableHealth(
    TablePath path, long bytes, long rows, long deadRows, List<IndexHealth> indexes) {

  /**
   * An index.
   *
   * @param valid whether queries can use it
   * @param used whether one ever has, as far as the statistics go back
   * @param lastUsed null if it never was, or the database does not tell
   */
  public record IndexHealth(
      String name, boolean valid, long bytes, boolean used, Instant lastUsed) {}

  public TableHealth {
    indexes = List.copyOf(indexes);
  }
}
