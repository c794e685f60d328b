package dev.epoch.storage;

import java.util.Objects;

/** A table's place inside a database: names as the database spells them, unquoted. */
public record TablePath(String schema, String table) {
  public TablePath {
    Objects.requireNonNull(schema, "schema");
    Objects.requireNonNull(table, "table");
  }

  /** As users write it: names with a dot or a quote in them stand in double quotes. */
  public String text() {
    return part(schema) + "." + part(table);
  }

  private static String part(String name) {
    return name.isEmpty() || name.indexOf('.') >= 0 || name.indexOf('"') >= 0
        ? '"' + name.replace("\"", "\"\"") + '"'
        : name;
  }

  @Override
  public String toString() {
    return schema + "." + table;
  }
}
