package dev.epoch.storage.reference;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import java.util.List;
import java.util.NavigableMap;

/**
 * All rows of a table at one moment.
 *
 * @param schema that the table had then
 */
record ReferenceState(TableSchema schema, NavigableMap<RowKey, Row> rows) {

  /**
   * The rows with the columns of another schema of the table: the same by their ids; those that the
   * table did not have yet with what they began with.
   */
  NavigableMap<RowKey, Row> as(TableSchema wanted) {
    if (wanted.columns().equals(schema.columns())) {
      return rows;
    }
    NavigableMap<RowKey, Row> converted = ReferenceRows.none(wanted);
    for (Row row : rows.values()) {
      String[] values = new String[wanted.columns().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = value(wanted.columns().get(i), row);
      }
      Row as = Row.of(values);
      converted.put(as.key(wanted.keyIndexes()), as);
    }
    return converted;
  }

  private String value(Column wanted, Row row) {
    List<Column> columns = schema.columns();
    for (int i = 0; i < columns.size(); i++) {
      Column had = columns.get(i);
      if (had.id().equals(wanted.id())) {
        DataType.Kind kind = wanted.type().base().kind();
        return kind == had.type().base().kind() || kind == DataType.Kind.TEXT ? row.get(i) : null;
      }
    }
    return wanted.initialDefault();
  }
}
