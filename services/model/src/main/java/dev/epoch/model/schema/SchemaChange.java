package dev.epoch.model.schema;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import java.util.List;

/** One difference between two schemas of a table. */
public sealed interface SchemaChange {
  record ColumnAdded(Column column) implements SchemaChange {}

  record ColumnRemoved(Column column) implements SchemaChange {}

  /** The same column by id, with another name, type, default, or the like. */
  record ColumnModified(Column before, Column after) implements SchemaChange {
    public boolean renamed() {
      return !before.name().equals(after.name());
    }

    public boolean retyped() {
      return !before.type().equals(after.type());
    }
  }

  record PrimaryKeyChanged(List<String> before, List<String> after) implements SchemaChange {
    public PrimaryKeyChanged {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }
  }

  record ConstraintAdded(Constraint constraint) implements SchemaChange {}

  record ConstraintRemoved(Constraint constraint) implements SchemaChange {}

  record ConstraintModified(Constraint before, Constraint after) implements SchemaChange {}

  record IndexAdded(Index index) implements SchemaChange {}

  record IndexRemoved(Index index) implements SchemaChange {}

  record IndexModified(Index before, Index after) implements SchemaChange {}

  /** Columns that both have stand in another order. */
  record ColumnsReordered(List<String> before, List<String> after) implements SchemaChange {
    public ColumnsReordered {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }
  }
}
