package dev.epoch.model.schema.impact;

import dev.epoch.model.schema.diff.ChangeType;
import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.PartChange;
import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What has to be asked of rows before a schema becomes another. */
public final class RowQuestions {
  private final List<RowQuestion> questions = new ArrayList<>();

  private RowQuestions() {}

  /**
   * In the order of the tables' names.
   *
   * @param before the schema that the difference begins with; names are those of it
   */
  public static List<RowQuestion> of(SchemaDifference difference, DatabaseSchema before) {
    RowQuestions found = new RowQuestions();
    for (ObjectChange change : difference.changes().values()) {
      switch (change) {
        case ObjectChange.Removed(TableDefinition table) ->
            found.questions.add(new RowQuestion.AllRows(table.name()));
        case ObjectChange.Modified modified -> {
          if (modified.before() instanceof TableDefinition table) {
            found.ofTable(table, modified);
          } else if (modified.before() instanceof EnumType type) {
            found.ofEnum(before, type, modified);
          }
        }
        case ObjectChange.Added _, ObjectChange.Removed _ -> {}
      }
    }
    return found.questions;
  }

  private void ofTable(TableDefinition table, ObjectChange.Modified change) {
    for (PartChange.OfColumn column : change.parts(PartChange.OfColumn.class)) {
      switch (column.type()) {
        case REMOVED -> questions.add(new RowQuestion.Values(table.name(), column.before().name()));
        case MODIFIED -> modified(table, column);
        case ADDED -> added(table, column.after());
      }
    }
    for (PartChange.OfConstraint constraint : change.parts(PartChange.OfConstraint.class)) {
      if (constraint.type() != ChangeType.REMOVED) {
        demanded(table, constraint.after());
      }
    }
  }

  private void modified(TableDefinition table, PartChange.OfColumn column) {
    String name = column.before().name();
    if (!column.before().type().equals(column.after().type())) {
      questions.add(new RowQuestion.Unfit(table.name(), name, column.after().type()));
    }
    if (column.before().nullable() && !column.after().nullable()) {
      questions.add(new RowQuestion.Nulls(table.name(), name));
    }
  }

  /** Every row is without a value. */
  private void added(TableDefinition table, ColumnDefinition column) {
    if (!column.nullable()
        && column.defaultValue() == null
        && column.generated() == null
        && column.identity() == null) {
      questions.add(new RowQuestion.Nulls(table.name(), column.name()));
    }
  }

  /** Of columns that the table has already: those that come are empty or have one value. */
  private void demanded(TableDefinition table, ConstraintDefinition constraint) {
    Set<String> there = new HashSet<>();
    table.columns().forEach(column -> there.add(column.name()));
    if (!there.containsAll(constraint.columns())) {
      return;
    }
    questions.addAll(
        switch (constraint.kind()) {
          case CHECK ->
              List.of(
                  new RowQuestion.Violations(
                      table.name(), constraint.name(), expression(constraint.definition())));
          case PRIMARY_KEY, UNIQUE ->
              List.of(
                  new RowQuestion.Duplicates(
                      table.name(),
                      constraint.name(),
                      constraint.columns(),
                      constraint.nullsNotDistinct()));
          case FOREIGN_KEY ->
              List.of(
                  new RowQuestion.Orphans(
                      table.name(),
                      constraint.name(),
                      constraint.columns(),
                      constraint.references().table(),
                      constraint.references().columns()));
          case EXCLUSION -> List.<RowQuestion>of();
        });
  }

  /** {@code CHECK ((total >= 0)) NO INHERIT} without what stands around its parentheses. */
  private static String expression(String definition) {
    return definition.substring(definition.indexOf('('), definition.lastIndexOf(')') + 1);
  }

  private void ofEnum(DatabaseSchema before, EnumType type, ObjectChange.Modified change) {
    for (PartChange.OfLabel label : change.parts(PartChange.OfLabel.class)) {
      if (label.type() == ChangeType.REMOVED) {
        before.objects().values().stream()
            .filter(TableDefinition.class::isInstance)
            .map(TableDefinition.class::cast)
            .filter(table -> table.dependsOn().contains(type.id()))
            .forEach(table ->
                table.columns().stream()
                    .filter(column -> isOf(column, type))
                    .forEach(column ->
                        questions.add(
                            new RowQuestion.Labels(table.name(), column.name(), label.before()))));
      }
    }
  }

  private static boolean isOf(ColumnDefinition column, EnumType type) {
    String plain = column.type().replace("\"", "");
    return plain.equals(type.name().toString().replace("\"", ""))
        || plain.equals(type.name().name());
  }
}
