package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a merged schema demands of rows that came from a side whose schema did not: who merges the
 * rows has to look whether they keep it.
 */
public final class RowRules {
  private RowRules() {}

  /** A side of the merge. */
  public enum Side {
    OURS,
    THEIRS
  }

  /** What is demanded. */
  public enum Demand {
    /** No nulls in the column. */
    NOT_NULL,
    /** Values fit another type. */
    TYPE,
    /** Labels that went are not in use. */
    ENUM_LABELS,
    /** A constraint of the table holds. */
    CONSTRAINT
  }

  /**
   * A demand.
   *
   * @param object the table, or the enum
   * @param name of the column or constraint; empty for an enum
   * @param definition type, constraint or labels
   * @param columns that it is about
   * @param unchecked sides whose rows were never asked for it
   */
  public record RowRule(
      Demand demand,
      ObjectName object,
      String name,
      String definition,
      List<String> columns,
      Set<Side> unchecked) {
    public RowRule {
      columns = List.copyOf(columns);
      unchecked = Set.copyOf(unchecked);
    }

    /** What a row that breaks it is. */
    public SchemaConflictType conflict() {
      return demand == Demand.CONSTRAINT
          ? SchemaConflictType.CONSTRAINT_VIOLATION
          : SchemaConflictType.SCHEMA_DATA;
    }
  }

  /** Of tables and enums that at least one side had; in the order of objects. */
  public static List<RowRule> of(MergedSchema merged, DatabaseSchema ours, DatabaseSchema theirs) {
    List<RowRule> rules = new ArrayList<>();
    for (SchemaObject object : merged.schema().objects().values()) {
      switch (object) {
        case TableDefinition table -> ofTable(table, ours, theirs, rules);
        case EnumType type -> ofEnum(type, ours, theirs, rules);
        default -> {
          // holds no rows
        }
      }
    }
    return rules;
  }

  private static void ofTable(
      TableDefinition table, DatabaseSchema ours, DatabaseSchema theirs, List<RowRule> rules) {
    for (ColumnDefinition column : table.columns()) {
      add(
          rules,
          Demand.NOT_NULL,
          table.name(),
          column.name(),
          "NOT NULL",
          List.of(column.name()),
          side ->
              !column.nullable()
                  && former(side, table, column).map(c -> c.nullable()).orElse(false),
          ours,
          theirs);
      add(
          rules,
          Demand.TYPE,
          table.name(),
          column.name(),
          column.type(),
          List.of(column.name()),
          side ->
              former(side, table, column).map(c -> !c.type().equals(column.type())).orElse(false),
          ours,
          theirs);
    }
    for (ConstraintDefinition constraint : table.constraints()) {
      add(
          rules,
          Demand.CONSTRAINT,
          table.name(),
          constraint.name(),
          constraint.definition(),
          constraint.columns(),
          side ->
              side.table(table.name())
                  .map(there ->
                      there.constraints().stream()
                          .noneMatch(c ->
                              c.kind() == constraint.kind()
                                  && c.definition().equals(constraint.definition())))
                  .orElse(false),
          ours,
          theirs);
    }
  }

  private static Optional<ColumnDefinition> former(
      DatabaseSchema side, TableDefinition table, ColumnDefinition column) {
    return side.table(table.name())
        .flatMap(there ->
            there.columns().stream()
                .filter(c -> c.id().equals(column.id()))
                .findFirst()
                .or(() -> there.column(column.name())));
  }

  private static void ofEnum(
      EnumType type, DatabaseSchema ours, DatabaseSchema theirs, List<RowRule> rules) {
    add(
        rules,
        Demand.ENUM_LABELS,
        type.name(),
        "",
        PartText.of(type),
        List.of(),
        side ->
            side.get(type.id())
                .map(there -> !type.labels().containsAll(((EnumType) there).labels()))
                .orElse(false),
        ours,
        theirs);
  }

  private static void add(
      List<RowRule> rules,
      Demand demand,
      ObjectName object,
      String name,
      String definition,
      List<String> columns,
      Predicate<DatabaseSchema> isNew,
      DatabaseSchema ours,
      DatabaseSchema theirs) {
    Set<Side> unchecked = EnumSet.noneOf(Side.class);
    if (isNew.test(ours)) {
      unchecked.add(Side.OURS);
    }
    if (isNew.test(theirs)) {
      unchecked.add(Side.THEIRS);
    }
    if (!unchecked.isEmpty()) {
      rules.add(new RowRule(demand, object, name, definition, columns, unchecked));
    }
  }
}
