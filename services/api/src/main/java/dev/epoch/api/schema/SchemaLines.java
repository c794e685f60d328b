package dev.epoch.api.schema;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Constraint.Kind;
import dev.epoch.events.table.DataType;
import dev.epoch.model.schema.SchemaChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What changed in a table's schema, a line for each part, as {@code + column extra (text)}. */
public final class SchemaLines {
  private SchemaLines() {}

  public static List<String> of(List<SchemaChange> changes) {
    List<SchemaChange> told = new ArrayList<>();
    for (SchemaChange change : changes) {
      // a column that another type made another one
      Optional<Column> retyped =
          change instanceof SchemaChange.ColumnAdded(Column now)
              ? replaced(told, now.name())
              : Optional.empty();
      if (retyped.isPresent()) {
        told.remove(new SchemaChange.ColumnRemoved(retyped.get()));
        told.add(
            new SchemaChange.ColumnModified(
                retyped.get(), ((SchemaChange.ColumnAdded) change).column()));
      } else {
        told.add(change);
      }
    }
    List<SchemaChange> parts = told.stream().filter(change -> !ofNotNull(change)).toList();
    return (parts.isEmpty() ? told : parts).stream().map(SchemaLines::line).toList();
  }

  private static Optional<Column> replaced(List<SchemaChange> told, String name) {
    return told.stream()
        .filter(SchemaChange.ColumnRemoved.class::isInstance)
        .map(change -> ((SchemaChange.ColumnRemoved) change).column())
        .filter(column -> column.name().equals(name))
        .findFirst();
  }

  /** From PostgreSQL 18 on NOT NULL is a constraint, too; the column tells it. */
  private static boolean ofNotNull(SchemaChange change) {
    return switch (change) {
      case SchemaChange.ConstraintAdded(Constraint added) -> added.kind() == Kind.NOT_NULL;
      case SchemaChange.ConstraintRemoved(Constraint removed) -> removed.kind() == Kind.NOT_NULL;
      case SchemaChange.ConstraintModified(Constraint _, Constraint after) ->
          after.kind() == Kind.NOT_NULL;
      default -> false;
    };
  }

  private static String line(SchemaChange change) {
    return switch (change) {
      case SchemaChange.ColumnAdded added ->
          "+ column %s (%s)".formatted(added.column().name(), added.column().type().name());
      case SchemaChange.ColumnRemoved removed ->
          "- column %s (%s)".formatted(removed.column().name(), removed.column().type().name());
      case SchemaChange.ColumnModified modified -> modified(modified);
      case SchemaChange.PrimaryKeyChanged key ->
          "~ primary key (%s)".formatted(String.join(", ", key.after()));
      case SchemaChange.ConstraintAdded added -> "+ constraint " + added.constraint().name();
      case SchemaChange.ConstraintRemoved removed -> "- constraint " + removed.constraint().name();
      case SchemaChange.ConstraintModified modified -> "~ constraint " + modified.after().name();
      case SchemaChange.IndexAdded added -> "+ index " + added.index().name();
      case SchemaChange.IndexRemoved removed -> "- index " + removed.index().name();
      case SchemaChange.IndexModified modified -> "~ index " + modified.after().name();
      case SchemaChange.ColumnsReordered _ -> "~ order of columns";
    };
  }

  private static String modified(SchemaChange.ColumnModified change) {
    String name =
        change.renamed()
            ? change.before().name() + " -> " + change.after().name()
            : change.after().name();
    Column before = change.before();
    Column after = change.after();
    List<String> facts = new ArrayList<>();
    if (change.retyped()) {
      facts.add(retyped(before.type(), after.type()));
    }
    if (before.nullable() != after.nullable()) {
      facts.add(after.nullable() ? "may be null" : "not null");
    }
    fact("default", before.defaultExpression(), after.defaultExpression(), facts);
    fact("generated", before.generatedExpression(), after.generatedExpression(), facts);
    fact("identity", before.identity(), after.identity(), facts);
    return "~ column " + name + (facts.isEmpty() ? "" : " (" + String.join(", ", facts) + ")");
  }

  private static String retyped(DataType before, DataType after) {
    List<String> former = parts(before);
    List<String> latter = parts(after);
    if (!before.name().equals(after.name()) || former.equals(latter)) {
      return before.name() + " -> " + after.name();
    }
    List<String> told = new ArrayList<>();
    latter.stream().filter(part -> !former.contains(part)).forEach(part -> told.add("+ " + part));
    former.stream().filter(part -> !latter.contains(part)).forEach(part -> told.add("- " + part));
    return after.name()
        + " "
        + (told.isEmpty() ? "with its labels in another order" : String.join(" ", told));
  }

  /** Labels of an enum, or what a domain demands. */
  private static List<String> parts(DataType type) {
    List<String> labels =
        type.kind() == DataType.Kind.ARRAY && type.element() != null
            ? type.element().labels()
            : type.labels();
    return type.rules().isEmpty()
        ? labels.stream().map(label -> "'" + label + "'").toList()
        : type.rules();
  }

  private static void fact(String name, String before, String after, List<String> facts) {
    if (!Objects.equals(before, after)) {
      facts.add(
          "%s %s -> %s"
              .formatted(name, before == null ? "none" : before, after == null ? "none" : after));
    }
  }
}
