package dev.epoch.model.row;

import java.util.Arrays;
import java.util.List;

/** The primary key of a row: canonical texts of the key columns in key order, none of them null. */
public final class RowKey {
  private final String[] values;

  private RowKey(String[] values) {
    for (String value : values) {
      if (value == null) {
        throw new IllegalArgumentException("a primary key has no null");
      }
    }
    this.values = values;
  }

  public static RowKey of(String... values) {
    return new RowKey(values);
  }

  public String get(int column) {
    return values[column];
  }

  public List<String> values() {
    return java.util.Collections.unmodifiableList(Arrays.asList(values));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowKey key && Arrays.equals(values, key.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return String.join(",", values);
  }
}
