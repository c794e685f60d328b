package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.Privilege;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Schemas without the order of columns and grants, ids that sides gave, and what is derived. */
final class ComparableSchema {
  private ComparableSchema() {}

  static DatabaseSchema of(DatabaseSchema schema) {
    return DatabaseSchema.of(
        schema.objects().values().stream()
            .map(object ->
                switch (object) {
                  case TableDefinition table -> of(table);
                  case CompositeType type -> of(type);
                  default -> object;
                })
            .toList());
  }

  private static CompositeType of(CompositeType type) {
    return new CompositeType(
        type.name(),
        type.attributes().stream()
            .sorted(Comparator.comparing(CompositeType.Attribute::name))
            .toList(),
        type.comment(),
        type.privileges(),
        type.dependsOn());
  }

  private static TableDefinition of(TableDefinition table) {
    List<ColumnDefinition> columns =
        table.columns().stream()
            .map(column -> ColumnMerge.withId(column, column.name()))
            .sorted(Comparator.comparing(ColumnDefinition::name))
            .toList();
    return new TableDefinition(
        table.name(),
        columns,
        table.constraints(),
        table.indexes(),
        table.triggers(),
        table.policies(),
        table.rowSecurity(),
        table.partitioning(),
        table.partitionOf(),
        table.unlogged(),
        table.storageParameters(),
        table.comment(),
        table.privileges().stream().sorted(Comparator.comparing(Privilege::toString)).toList(),
        Set.of());
  }
}
