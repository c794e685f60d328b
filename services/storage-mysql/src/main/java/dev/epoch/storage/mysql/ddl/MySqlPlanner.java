package dev.epoch.storage.mysql.ddl;

import static dev.epoch.storage.mysql.ddl.MySqlExpression.quoted;

import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.PartChange;
import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/** One way of a migration, step by step. */
final class MySqlPlanner {
  /** In the order in which they run. */
  private enum Step {
    DROP_FOREIGN_KEYS,
    DROP_CONSTRAINTS,
    CREATE_TABLES,
    COLUMNS,
    CONSTRAINTS,
    FOREIGN_KEYS,
    DROP_TABLES
  }

  private final SchemaDifference difference;
  private final DatabaseSchema after;
  private final SequencedSet<String> unsupported;
  private final MySqlTable tables;
  private final Map<Step, List<String>> steps = new EnumMap<>(Step.class);

  /**
   * @param after the schema that it leads to
   */
  MySqlPlanner(
      SchemaDifference difference, DatabaseSchema after, SequencedSet<String> unsupported) {
    this.difference = difference;
    this.after = after;
    this.unsupported = unsupported;
    this.tables = new MySqlTable(after, unsupported);
  }

  List<String> statements() {
    for (ObjectChange change : difference.changes().values()) {
      switch (change) {
        case ObjectChange.Added(TableDefinition table) -> create(table);
        case ObjectChange.Removed(TableDefinition table) -> drop(table);
        case ObjectChange.Modified modified
            when modified.after() instanceof TableDefinition table ->
            alter(table, modified);
        case ObjectChange.Modified modified when modified.after() instanceof EnumType type ->
            relabel(type);
        case ObjectChange.Added(EnumType _), ObjectChange.Removed(EnumType _) -> {}
        case ObjectChange.Added(SchemaObject object) -> other(object, "added");
        case ObjectChange.Removed(SchemaObject object) -> other(object, "removed");
        case ObjectChange.Modified modified -> other(modified.after(), "modified");
      }
    }
    return steps.values().stream().flatMap(List::stream).toList();
  }

  /** A sequence of a column is its AUTO_INCREMENT. */
  private void other(SchemaObject object, String what) {
    if (!(object instanceof SequenceDefinition sequence && sequence.ownedBy() != null)) {
      unsupported.add("%s %s %s".formatted(object.kind().label(), object.name().name(), what));
    }
  }

  private void add(Step step, String sql) {
    steps.computeIfAbsent(step, any -> new ArrayList<>()).add(sql);
  }

  private static String alter(TableDefinition table) {
    return "ALTER TABLE " + quoted(table.name().name());
  }

  private void create(TableDefinition table) {
    add(Step.CREATE_TABLES, tables.create(table));
    table.constraints().stream()
        .filter(constraint -> constraint.kind() == Kind.FOREIGN_KEY)
        .forEach(constraint -> constraint(table, constraint));
    table.indexes().forEach(index -> index(table, index));
    beside(table);
  }

  private void beside(TableDefinition table) {
    table.triggers().forEach(t -> unsupported.add("trigger " + t.name()));
    table.policies().forEach(p -> unsupported.add("policy " + p.name()));
  }

  private void drop(TableDefinition table) {
    table.constraints().stream()
        .filter(constraint -> constraint.kind() == Kind.FOREIGN_KEY)
        .forEach(constraint -> remove(table, constraint));
    add(Step.DROP_TABLES, "DROP TABLE " + quoted(table.name().name()));
  }

  private void alter(TableDefinition table, ObjectChange.Modified change) {
    change
        .parts(PartChange.OfConstraint.class)
        .forEach(part -> {
          if (part.before() != null) {
            remove(table, part.before());
          }
          if (part.after() != null) {
            constraint(table, part.after());
          }
        });
    change
        .parts(PartChange.OfIndex.class)
        .forEach(part -> {
          if (part.before() != null) {
            add(
                Step.DROP_CONSTRAINTS,
                "DROP INDEX %s ON %s"
                    .formatted(quoted(part.before().name()), quoted(table.name().name())));
          }
          if (part.after() != null) {
            index(table, part.after());
          }
        });
    change.parts(PartChange.OfColumn.class).forEach(part -> column(table, part));
    change
        .parts(PartChange.OfTrigger.class)
        .forEach(part -> unsupported.add("trigger " + part.name()));
    change
        .parts(PartChange.OfPolicy.class)
        .forEach(part -> unsupported.add("policy " + part.name()));
  }

  private void column(TableDefinition table, PartChange.OfColumn part) {
    String alter = alter(table);
    if (part.after() == null) {
      add(Step.COLUMNS, alter + " DROP COLUMN " + quoted(part.before().name()));
      return;
    }
    Optional<String> definition = tables.column(table, part.after());
    if (definition.isEmpty()) {
      return;
    }
    if (part.before() == null) {
      add(Step.COLUMNS, alter + " ADD COLUMN " + definition.get());
    } else if (part.renamed()) {
      add(
          Step.COLUMNS,
          alter + " CHANGE COLUMN " + quoted(part.before().name()) + " " + definition.get());
    } else {
      add(Step.COLUMNS, alter + " MODIFY COLUMN " + definition.get());
    }
  }

  /** Columns of an enum whose labels are others. */
  private void relabel(EnumType type) {
    for (SchemaObject object : after.objects().values()) {
      if (object instanceof TableDefinition table && table.dependsOn().contains(type.id())) {
        for (ColumnDefinition column : table.columns()) {
          String plain = column.type().replace("\"", "");
          if (plain.equals(type.name().toString()) || plain.equals(type.name().name())) {
            tables
                .column(table, column)
                .ifPresent(
                    definition -> add(Step.COLUMNS, alter(table) + " MODIFY COLUMN " + definition));
          }
        }
      }
    }
  }

  private void remove(TableDefinition table, ConstraintDefinition constraint) {
    String name = quoted(constraint.name());
    switch (constraint.kind()) {
      case FOREIGN_KEY -> add(Step.DROP_FOREIGN_KEYS, alter(table) + " DROP FOREIGN KEY " + name);
      case PRIMARY_KEY -> add(Step.DROP_CONSTRAINTS, alter(table) + " DROP PRIMARY KEY");
      case UNIQUE -> add(Step.DROP_CONSTRAINTS, alter(table) + " DROP INDEX " + name);
      case CHECK -> add(Step.DROP_CONSTRAINTS, alter(table) + " DROP CONSTRAINT " + name);
      case EXCLUSION -> {}
    }
  }

  private void constraint(TableDefinition table, ConstraintDefinition constraint) {
    Step step = constraint.kind() == Kind.FOREIGN_KEY ? Step.FOREIGN_KEYS : Step.CONSTRAINTS;
    tables
        .constraint(table, constraint)
        .ifPresent(definition -> add(step, alter(table) + " ADD " + definition));
  }

  private void index(TableDefinition table, IndexDefinition index) {
    tables.index(table, index).ifPresent(sql -> add(Step.CONSTRAINTS, sql));
  }
}
