package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.merge.SchemaConflict.Part;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TriggerDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Changes to tables of a schema that is being merged. */
final class MergedTables {
  private MergedTables() {}

  static void remove(Map<ObjectId, SchemaObject> merged, ObjectId id, Part part, String name) {
    if (part == Part.OBJECT) {
      merged.remove(id);
    } else if (merged.get(id) instanceof TableDefinition table) {
      merged.put(
          id,
          with(
              table,
              part == Part.COLUMN
                  ? table.columns().stream().filter(c -> !c.name().equals(name)).toList()
                  : table.columns(),
              part == Part.CONSTRAINT
                  ? table.constraints().stream().filter(c -> !c.name().equals(name)).toList()
                  : table.constraints(),
              part == Part.INDEX
                  ? table.indexes().stream().filter(i -> !i.name().equals(name)).toList()
                  : table.indexes(),
              part == Part.TRIGGER
                  ? table.triggers().stream().filter(t -> !t.name().equals(name)).toList()
                  : table.triggers(),
              part == Part.POLICY
                  ? table.policies().stream().filter(p -> !p.name().equals(name)).toList()
                  : table.policies()));
    }
  }

  static void addColumn(Map<ObjectId, SchemaObject> merged, ObjectId id, ColumnDefinition column) {
    if (merged.get(id) instanceof TableDefinition table) {
      List<ColumnDefinition> columns = new ArrayList<>(table.columns());
      columns.add(column);
      merged.put(id, table.with(columns));
    }
  }

  static void setColumns(
      Map<ObjectId, SchemaObject> merged, ObjectId id, List<ColumnDefinition> columns) {
    if (merged.get(id) instanceof TableDefinition table) {
      merged.put(id, table.with(columns));
    }
  }

  /** Gives a column the name that it has on one side. */
  static void rename(Map<ObjectId, SchemaObject> merged, ObjectId id, String from, String to) {
    if (merged.get(id) instanceof TableDefinition table) {
      merged.put(
          id,
          table.with(
              table.columns().stream()
                  .map(column -> column.name().equals(from) ? named(column, to) : column)
                  .toList()));
    }
  }

  private static ColumnDefinition named(ColumnDefinition column, String name) {
    return new ColumnDefinition(
        column.id(),
        name,
        column.type(),
        column.nullable(),
        column.defaultValue(),
        column.generated(),
        column.identity(),
        column.collation(),
        column.comment());
  }

  private static TableDefinition with(
      TableDefinition table,
      List<ColumnDefinition> columns,
      List<ConstraintDefinition> constraints,
      List<IndexDefinition> indexes,
      List<TriggerDefinition> triggers,
      List<PolicyDefinition> policies) {
    return new TableDefinition(
        table.name(),
        columns,
        constraints,
        indexes,
        triggers,
        policies,
        table.rowSecurity(),
        table.partitioning(),
        table.partitionOf(),
        table.unlogged(),
        table.storageParameters(),
        table.comment(),
        table.privileges(),
        table.dependsOn());
  }
}
