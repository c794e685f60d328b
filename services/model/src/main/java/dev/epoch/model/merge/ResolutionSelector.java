package dev.epoch.model.merge;

import dev.epoch.model.row.RowKey;

/**
 * Which conflicts a resolution is for. Null matches everything.
 *
 * @param table name or id
 * @param key of the row
 * @param field column name, or column name and JSON pointer
 * @param constraint that is broken, or name of a part of the schema
 */
public record ResolutionSelector(String table, RowKey key, String field, String constraint) {
  public static final ResolutionSelector ALL = new ResolutionSelector(null, null, null, null);

  /** Whether it is for this conflict or a field of it. */
  public boolean matches(RowConflict conflict) {
    return matchesRow(conflict)
        && (field == null || conflict.fields().stream().anyMatch(this::matches));
  }

  /** Whether it is for this field of a conflict it matches. */
  public boolean matches(FieldConflict conflict) {
    return field == null || field.equals(conflict.name()) || field.equals(conflict.label());
  }

  private boolean matchesRow(RowConflict conflict) {
    return (table == null || table.equals(conflict.tableName()) || table.equals(conflict.tableId()))
        && (key == null || key.equals(conflict.key()))
        && (constraint == null || constraint.equals(conflict.constraint()));
  }
}
