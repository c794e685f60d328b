package dev.epoch.storage.relational;

import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import dev.epoch.storage.TablePath;
import java.util.List;

/**
 * A live table, as the catalog has it.
 *
 * @param key names of the columns of its primary key, empty if it has none
 * @param uniques what other rows cannot share: expressions over the table's columns, quoted
 * @param definition statement that makes one like it; where the database has such a text
 */
public record LiveTable(
    TablePath path,
    List<LiveColumn> columns,
    List<String> key,
    List<List<String>> uniques,
    List<Constraint> constraints,
    List<Index> indexes,
    String definition) {
  public LiveTable {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    uniques = List.copyOf(uniques);
    constraints = List.copyOf(constraints);
    indexes = List.copyOf(indexes);
  }

  /** Null if there is none. */
  public LiveColumn column(String name) {
    for (LiveColumn column : columns) {
      if (column.name().equals(name)) {
        return column;
      }
    }
    return null;
  }
}
