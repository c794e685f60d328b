package dev.epoch.model;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Schemas for tests. */
public final class Tables {
  private static final Map<String, DataType.Kind> KINDS =
      Map.of(
          "bigint", DataType.Kind.INTEGER,
          "integer", DataType.Kind.INTEGER,
          "numeric", DataType.Kind.DECIMAL,
          "double precision", DataType.Kind.FLOAT,
          "real", DataType.Kind.FLOAT,
          "text", DataType.Kind.TEXT,
          "jsonb", DataType.Kind.JSON_BINARY,
          "json", DataType.Kind.JSON,
          "timestamp", DataType.Kind.TIMESTAMP);

  private Tables() {}

  /** Columns as {@code name type}; the first is the key; {@code *type} makes a generated column. */
  public static TableSchema table(String... columns) {
    List<Column> parts = new ArrayList<>();
    for (String column : columns) {
      int space = column.indexOf(' ');
      String type = column.substring(space + 1);
      boolean generated = type.startsWith("*");
      parts.add(
          column(
              column.substring(0, space),
              type(generated ? type.substring(1) : type),
              generated ? "expression" : null));
    }
    return new TableSchema(parts, List.of(parts.getFirst().name()), List.of(), List.of());
  }

  public static DataType type(String name) {
    if (name.endsWith("[]")) {
      String element = name.substring(0, name.length() - 2);
      return new DataType(DataType.Kind.ARRAY, name, type(element), List.of(), List.of());
    }
    int parenthesis = name.indexOf('(');
    String base = parenthesis < 0 ? name : name.substring(0, parenthesis);
    return DataType.of(KINDS.getOrDefault(base, DataType.Kind.TEXT), name);
  }

  private static Column column(String name, DataType type, String generated) {
    return new Column(name, name, type, true, null, generated, null);
  }
}
