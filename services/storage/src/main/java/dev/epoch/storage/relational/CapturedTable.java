package dev.epoch.storage.relational;

import java.util.List;

/**
 * What the capture of a live table needs to know.
 *
 * @param live the table as it is
 * @param number of the registration
 * @param history table that former rows go to
 * @param columns all that are captured
 * @param key places among the columns, in the order of the key
 */
public record CapturedTable(
    LiveTable live, int number, String history, List<CapturedColumn> columns, List<Integer> key) {

  /**
   * A column.
   *
   * @param name in the live table, unquoted
   * @param layer its name in layer tables
   */
  public record CapturedColumn(String name, String layer) {}

  public CapturedTable {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
  }
}
