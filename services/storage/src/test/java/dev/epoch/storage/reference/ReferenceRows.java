package dev.epoch.storage.reference;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.value.Values;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** All rows of a table at one moment, by key in native order. Whoever changes them copies them. */
final class ReferenceRows {
  private ReferenceRows() {}

  static NavigableMap<RowKey, Row> none(TableSchema schema) {
    return new TreeMap<>(order(schema));
  }

  static NavigableMap<RowKey, Row> copy(NavigableMap<RowKey, Row> rows) {
    return new TreeMap<>(rows);
  }

  static void put(NavigableMap<RowKey, Row> rows, RowKey key, Row row) {
    rows.remove(key);
    if (row != null) {
      rows.put(key, row);
    }
  }

  /** Every key whose row differs, in order. */
  static List<RowChange> difference(
      NavigableMap<RowKey, Row> before, NavigableMap<RowKey, Row> after) {
    TreeSet<RowKey> keys = new TreeSet<>(before.comparator());
    keys.addAll(before.keySet());
    keys.addAll(after.keySet());
    List<RowChange> changes = new ArrayList<>();
    for (RowKey key : keys) {
      if (!Objects.equals(before.get(key), after.get(key))) {
        changes.add(new RowChange(key, before.get(key), after.get(key)));
      }
    }
    return changes;
  }

  /** Numbers by value, all else by its one text. Keys that are the same as values are one key. */
  private static Comparator<RowKey> order(TableSchema schema) {
    List<DataType> types =
        schema.primaryKey().stream().map(schema::column).map(c -> c.orElseThrow().type()).toList();
    return (a, b) -> {
      for (int i = 0; i < types.size(); i++) {
        int order = compare(types.get(i), a.get(i), b.get(i));
        if (order != 0) {
          return order;
        }
      }
      return 0;
    };
  }

  private static int compare(DataType type, String a, String b) {
    return switch (type.base().kind()) {
      case INTEGER, DECIMAL -> new BigDecimal(a).compareTo(new BigDecimal(b));
      default -> Values.canonical(type, a).compareTo(Values.canonical(type, b));
    };
  }

  static boolean matches(TableSchema schema, Row row, String column, String text) {
    int place = schema.indexOf(column);
    Column of = schema.columns().get(place);
    return Values.same(of.type(), row.get(place), text);
  }
}
