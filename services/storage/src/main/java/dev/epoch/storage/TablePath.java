package dev.epoch.storage;

import java.util.Objects;

/** A table's place inside a database: names as the database spells them, unquoted. */
public record TablePath(String schema, String table) {
  public TablePath {
    Objects.requireNonNull(schema, "schema");
    Objects.requireNonNull(table, "table");
  }

  @Override
  public String toString() {
    return schema + "." + table;
  }
}
