package dev.epoch.model.changes;

import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import java.util.List;
import java.util.Objects;

/**
 * What the root of a change set says.
 *
 * @param root names it
 * @param columns of the rows, in order
 * @param primaryKey names of the key columns
 * @param inserted number of rows
 * @param updated number of rows
 * @param deleted number of rows
 */
public record ChangeSet(
    Digest root,
    List<ColumnName> columns,
    List<String> primaryKey,
    long inserted,
    long updated,
    long deleted) {

  /** A column as it was when the change set was written. */
  public record ColumnName(String id, String name) {
    public ColumnName {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(name, "name");
    }

    static List<ColumnName> of(TableSchema schema) {
      return schema.columns().stream().map(ColumnName::of).toList();
    }

    private static ColumnName of(Column column) {
      return new ColumnName(column.id(), column.name());
    }
  }

  public ChangeSet {
    Objects.requireNonNull(root, "root");
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
  }

  public long total() {
    return inserted + updated + deleted;
  }
}
