package dev.epoch.gateway.copy;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.value.Values;
import dev.epoch.storage.ValueCodec;
import java.util.List;

/**
 * Rows of a table as another one, in another database, has them. Columns are the same that have the
 * same id; of those that only the other table has, rows have nothing.
 */
final class RowTranslation {
  private final TableSchema from;
  private final TableSchema to;
  private final ValueCodec fromValues;
  private final ValueCodec toValues;

  /** Place of the other table's columns in the rows, -1 if they are not there. */
  private final int[] places;

  RowTranslation(TableSchema from, ValueCodec fromValues, TableSchema to, ValueCodec toValues) {
    this.from = from;
    this.fromValues = fromValues;
    this.to = to;
    this.toValues = toValues;
    this.places =
        to.columns().stream()
            .mapToInt(column -> column.generated() ? -1 : place(from, column.id()))
            .toArray();
  }

  private static int place(TableSchema schema, String id) {
    for (int i = 0; i < schema.columns().size(); i++) {
      if (schema.columns().get(i).id().equals(id)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether rows have something of a column of the other table. */
  boolean has(int column) {
    return places[column] >= 0;
  }

  /** Columns that the other table does not have. */
  List<Column> missing() {
    return from.columns().stream()
        .filter(column -> !column.generated() && place(to, column.id()) < 0)
        .toList();
  }

  /** Null for null. */
  Row row(Row row) {
    if (row == null) {
      return null;
    }
    String[] values = new String[places.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = places[i] < 0 ? null : text(places[i], i, row.get(places[i]));
    }
    return Row.of(values);
  }

  private String text(int place, int target, String text) {
    if (text == null) {
      return null;
    }
    DataType type = from.columns().get(place).type();
    Column column = to.columns().get(target);
    DataType.Kind kind = type.base().kind();
    DataType.Kind other = column.type().base().kind();
    if (kind == other) {
      return toValues.toText(column.type(), fromValues.toJson(type, text));
    }
    if (other == DataType.Kind.TEXT) {
      return Values.canonical(type, text);
    }
    if (kind == DataType.Kind.TEXT) {
      // a canonical text of what the other table has
      return text;
    }
    return toValues.toText(column.type(), fromValues.toJson(type, text));
  }

  RowStream<Row> rows(RowStream<Row> rows) {
    return new RowStream<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Row next() {
        return row(rows.next());
      }

      @Override
      public void close() {
        rows.close();
      }
    };
  }
}
