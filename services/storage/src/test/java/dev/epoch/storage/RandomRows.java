package dev.epoch.storage;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** A table of a random shape: its columns, keys, and rows for them. */
final class RandomRows {
  private final Random random;
  private final List<ValueKinds.Sample> samples = new ArrayList<>();

  /** Every key that a row of a history can have. */
  final List<RowKey> keys = new ArrayList<>();

  final List<Column> columns;

  /** Places of the columns of the key, in its order. */
  final List<Integer> keyColumns;

  RandomRows(StorageBackend backend, Random random) {
    this.random = random;
    keyColumns = shape(ValueKinds.of(backend));
    List<Boolean> nullable = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      nullable.add(!keyColumns.contains(i) && random.nextInt(4) > 0);
    }
    columns = ValueKinds.columns(samples, nullable);
    makeKeys(keyColumns, 0, new ArrayList<>());
    Collections.shuffle(keys, random);
    keys.subList(Math.min(12, keys.size()), keys.size()).clear();
  }

  /** Types of the columns; answers which are the key, in key order. */
  private List<Integer> shape(List<ValueKinds.Sample> kinds) {
    List<ValueKinds.Sample> forKeys = kinds.stream().filter(ValueKinds.Sample::key).toList();
    int width = 2 + random.nextInt(6);
    int keyWidth = 1 + random.nextInt(Math.min(3, width));
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      places.add(i);
      samples.add(ValueKinds.pick(random, kinds));
    }
    Collections.shuffle(places, random);
    List<Integer> key = List.copyOf(places.subList(0, keyWidth));
    key.forEach(place -> samples.set(place, ValueKinds.pick(random, forKeys)));
    return key;
  }

  private void makeKeys(List<Integer> columns, int from, List<String> values) {
    if (from == columns.size()) {
      keys.add(RowKey.of(values.toArray(String[]::new)));
      return;
    }
    for (String text : samples.get(columns.get(from)).texts()) {
      List<String> more = new ArrayList<>(values);
      more.add(text);
      makeKeys(columns, from + 1, more);
    }
  }

  /** Some rows of a new table. */
  List<Row> some() {
    List<Row> rows = new ArrayList<>();
    for (RowKey key : keys) {
      if (random.nextBoolean()) {
        rows.add(row(columns, keyColumns, key));
      }
    }
    return rows;
  }

  private Row row(List<Column> columns, List<Integer> keyColumns, RowKey key) {
    String[] values = new String[columns.size()];
    for (int i = 0; i < values.length; i++) {
      int inKey = keyColumns.indexOf(i);
      values[i] = inKey >= 0 ? key.get(inKey) : value(columns.get(i), i);
    }
    return Row.of(values);
  }

  private String value(Column column, int place) {
    return column.nullable() && random.nextInt(5) == 0
        ? null
        : ValueKinds.pick(random, samples.get(place).texts());
  }

  Row row(TableSchema schema, RowKey key) {
    List<Integer> places = new ArrayList<>();
    for (int place : schema.keyIndexes()) {
      places.add(place);
    }
    return row(schema.columns(), places, key);
  }
}
