package dev.epoch.api.rows;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import java.util.ArrayList;
import java.util.List;

/** Shapes of tables for tests. */
public final class Shapes {
  public static final TableSchema USERS =
      of(List.of("id"), "id:INTEGER", "name:TEXT", "balance:DECIMAL", "settings:JSON");
  public static final TableSchema SALES =
      of(List.of("region", "id"), "id:INTEGER", "region:TEXT", "a:b:TEXT", "a:TEXT");

  private Shapes() {}

  private static TableSchema of(List<String> key, String... columns) {
    List<Column> all = new ArrayList<>();
    for (String column : columns) {
      int colon = column.lastIndexOf(':');
      String name = column.substring(0, colon);
      DataType.Kind kind = DataType.Kind.valueOf(column.substring(colon + 1));
      all.add(
          new Column(
              "c" + all.size(), name, DataType.of(kind, kind.name()), true, null, null, null));
    }
    return new TableSchema(all, key, List.of(), List.of());
  }
}
