package dev.epoch.model.row;

import java.util.Arrays;
import java.util.List;

/**
 * The values of one row in the order of the table's columns.
 *
 * <p>A value is a text of it as its backend spells it, which {@link
 * dev.epoch.model.value.Values#canonical} brings to the one text of the value; or null. The array
 * is not copied: whoever hands it over gives it away.
 */
public final class Row {
  private final String[] values;

  private Row(String[] values) {
    this.values = values;
  }

  public static Row of(String... values) {
    return new Row(values);
  }

  public String get(int column) {
    return values[column];
  }

  public int size() {
    return values.length;
  }

  /** This row with one value replaced. */
  public Row with(int column, String value) {
    String[] copy = values.clone();
    copy[column] = value;
    return new Row(copy);
  }

  /** The values at these places: the key, when given the places of the key columns. */
  public RowKey key(int[] keyColumns) {
    String[] key = new String[keyColumns.length];
    for (int i = 0; i < key.length; i++) {
      key[i] = values[keyColumns[i]];
    }
    return RowKey.of(key);
  }

  public List<String> values() {
    return java.util.Collections.unmodifiableList(Arrays.asList(values));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Row row && Arrays.equals(values, row.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
