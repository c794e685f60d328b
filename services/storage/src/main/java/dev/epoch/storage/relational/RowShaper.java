package dev.epoch.storage.relational;

import dev.epoch.model.row.Row;
import java.util.Map;

/**
 * What a table would make of a row, where it is not to be written there: defaults, conversions,
 * generated columns, checks. For rows of branches.
 */
public interface RowShaper extends AutoCloseable {
  /**
   * @param before the row as it is, null for a new one
   * @param given texts by name of column
   * @return the row as the table would have it
   * @throws dev.epoch.storage.error.StorageException if the table would refuse it; the message is
   *     the database's
   */
  Row shape(Row before, Map<String, String> given);

  @Override
  void close();
}
