package dev.epoch.api.record;

import dev.epoch.api.schema.SchemaView;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A table's shape as the statements that make it. */
public final class TableDdl {
  private TableDdl() {}

  /**
   * @param schemaName in the database
   * @param tableName in the database
   */
  public static String of(String schemaName, String tableName, TableSchema schema) {
    String name = quoted(schemaName) + "." + quoted(tableName);
    StringBuilder ddl = new StringBuilder();
    for (SchemaView.EnumView type : SchemaView.enums(schema)) {
      ddl.append("CREATE TYPE ")
          .append(type.name())
          .append(" AS ENUM (")
          .append(type.labels().stream().map(TableDdl::literal).collect(Collectors.joining(", ")))
          .append(");\n\n");
    }
    List<String> parts = new ArrayList<>();
    schema.usersColumns().forEach(column -> parts.add(column(column)));
    schema.constraints().stream()
        .filter(constraint -> constraint.kind() != Constraint.Kind.NOT_NULL)
        .forEach(constraint ->
            parts.add("CONSTRAINT " + quoted(constraint.name()) + " " + constraint.definition()));
    ddl.append("CREATE TABLE ")
        .append(name)
        .append(" (\n  ")
        .append(String.join(",\n  ", parts))
        .append("\n);\n");
    schema.indexes().forEach(index -> ddl.append('\n').append(index.definition()).append(";\n"));
    return ddl.toString();
  }

  private static String column(Column column) {
    StringBuilder ddl = new StringBuilder(quoted(column.name()));
    ddl.append(' ').append(column.type().name());
    if (column.generatedExpression() != null) {
      ddl.append(" GENERATED ALWAYS AS (").append(column.generatedExpression()).append(") STORED");
    } else if (column.identity() != null) {
      ddl.append(" GENERATED ")
          .append(column.identity().toUpperCase(java.util.Locale.ROOT))
          .append(" AS IDENTITY");
    } else if (column.defaultExpression() != null) {
      ddl.append(" DEFAULT ").append(column.defaultExpression());
    }
    return ddl.append(column.nullable() ? "" : " NOT NULL").toString();
  }

  /** Names that could be read as anything else are quoted. */
  private static String quoted(String name) {
    return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
