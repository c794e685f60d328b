package dev.epoch.model.row;

import java.util.Objects;

/**
 * One row that differs between two states of a table.
 *
 * @param key of the row in both states
 * @param before null where the row was absent
 * @param after null where the row is absent
 */
public record RowChange(RowKey key, Row before, Row after) {
  /** How the row changed. */
  public enum Kind {
    INSERT,
    UPDATE,
    DELETE
  }

  public RowChange {
    Objects.requireNonNull(key, "key");
    if (before == null && after == null) {
      throw new IllegalArgumentException("absent before and after: " + key);
    }
  }

  public Kind kind() {
    if (before == null) {
      return Kind.INSERT;
    }
    return after == null ? Kind.DELETE : Kind.UPDATE;
  }

  /** The change that undoes this one. */
  public RowChange inverse() {
    return new RowChange(key, after, before);
  }
}
