package dev.epoch.events.table;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Optional;

/**
 * The shape of a table. Rows of an append-only table, which nothing of the user's tells apart, have
 * one more column behind those of the user: an id that Epoch gives, which is their key.
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

  /** Name of the column with the ids of an append-only table's rows; no other column has it. */
  public static final String ROW_ID = "epoch_row";

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

  /** Whether rows have nothing but the id that Epoch gave them to be told apart by. */
  @JsonIgnore
  public boolean appendOnly() {
    return primaryKey.equals(List.of(ROW_ID));
  }

  /** The columns that the user's table has. */
  @JsonIgnore
  public List<Column> usersColumns() {
    return appendOnly()
        ? columns.stream().filter(column -> !column.name().equals(ROW_ID)).toList()
        : columns;
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
