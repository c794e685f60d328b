package dev.epoch.api.schema;

import dev.epoch.model.schema.SchemaChange;
import java.util.List;

/** What changed in a table's schema, a line for each part, as {@code + column extra (text)}. */
public final class SchemaLines {
  private SchemaLines() {}

  public static List<String> of(List<SchemaChange> changes) {
    return changes.stream().map(SchemaLines::line).toList();
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
    String type =
        change.retyped()
            ? " (%s -> %s)".formatted(change.before().type().name(), change.after().type().name())
            : "";
    return "~ column " + name + type;
  }
}
