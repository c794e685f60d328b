package dev.epoch.events.table;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Optional;

/**
 * The shape of a table.
 *
 * @param columns in the table's order; rows hold their values in this order
 * @param primaryKey names of the key columns in key order, never empty
 * @param constraints by name
 * @param indexes by name, those of constraints left out
 */
public record TableSchema(
    List<Column> columns,
    List<String> primaryKey,
    List<Constraint> constraints,
    List<Index> indexes) {

  public TableSchema {
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
    constraints = constraints == null ? List.of() : List.copyOf(constraints);
    indexes = indexes == null ? List.of() : List.copyOf(indexes);
    if (primaryKey.isEmpty()) {
      throw new IllegalArgumentException("a versioned table has a primary key");
    }
  }

  /** Place of the column in a row, -1 if there is none of that name. */
  public int indexOf(String column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(column)) {
        return i;
      }
    }
    return -1;
  }

  public Optional<Column> column(String name) {
    int i = indexOf(name);
    return i < 0 ? Optional.empty() : Optional.of(columns.get(i));
  }

  /** Places of the key columns in a row, in key order. */
  @JsonIgnore
  public int[] keyIndexes() {
    return primaryKey.stream().mapToInt(this::indexOf).toArray();
  }
}
