package dev.epoch.storage.postgres;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.LookaheadStream;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.TableHandle;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A table of which callers read a column with several of its types, where the layers may have one
 * place for them: each place is read once.
 *
 * @param table with each place once
 * @param places of the columns that callers read, null where these are the same
 */
record ReadOnce(TableHandle table, int[] places) {

  static ReadOnce of(TableHandle physical) {
    TableSchema schema = physical.schema();
    Map<String, Column> once = new LinkedHashMap<>();
    schema.columns().forEach(column -> once.putIfAbsent(column.name(), column));
    if (once.size() == schema.columns().size()) {
      return new ReadOnce(physical, null);
    }
    TableSchema read =
        new TableSchema(
            once.values().stream().toList(),
            schema.primaryKey(),
            schema.constraints(),
            schema.indexes());
    return new ReadOnce(
        physical.with(read),
        schema.columns().stream().mapToInt(column -> read.indexOf(column.name())).toArray());
  }

  Row row(Row read) {
    if (places == null || read == null) {
      return read;
    }
    String[] values = new String[places.length];
    for (int i = 0; i < places.length; i++) {
      values[i] = read.get(places[i]);
    }
    return Row.of(values);
  }

  RowStream<RowChange> changes(RowStream<RowChange> read) {
    return mapped(
        read, change -> new RowChange(change.key(), row(change.before()), row(change.after())));
  }

  RowStream<ThreeWayRow> threeWay(RowStream<ThreeWayRow> read) {
    return mapped(
        read,
        row -> new ThreeWayRow(row.key(), row(row.base()), row(row.ours()), row(row.theirs())));
  }

  private <T> RowStream<T> mapped(RowStream<T> read, UnaryOperator<T> mapping) {
    if (places == null) {
      return read;
    }
    return new LookaheadStream<>() {
      @Override
      protected T seek() {
        return read.hasNext() ? mapping.apply(read.next()) : null;
      }

      @Override
      public void close() {
        read.close();
      }
    };
  }
}
