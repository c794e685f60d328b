package dev.epoch.storage.delta;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.delta.sort.KeyOrder;
import dev.epoch.storage.delta.sort.SortedRows;
import dev.epoch.storage.error.NotVersionableException;
import java.util.List;

/** Rows in the order of a key, each of which has one of its own. */
final class KeyedRows implements RowStream<Row> {
  private final SortedRows rows;
  private final KeyOrder order;
  private final List<String> key;
  private final int[] places;
  private Row last;

  /**
   * @param all whose keys are looked at first: a null has no place in an order
   * @param memory about how many bytes of rows are kept
   */
  KeyedRows(RowStream<Row> all, TableSchema schema, long memory) {
    this.order = new KeyOrder(schema);
    this.key = schema.primaryKey();
    this.places = schema.keyIndexes();
    this.rows = SortedRows.of(checked(all), order, memory);
  }

  private RowStream<Row> checked(RowStream<Row> all) {
    return new RowStream<>() {
      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public Row next() {
        Row row = all.next();
        for (int place : places) {
          if (row.get(place) == null) {
            throw new NotVersionableException(
                "A row has no value in its key (%s)".formatted(String.join(", ", key)),
                "Name columns as the key that are never null");
          }
        }
        return row;
      }

      @Override
      public void close() {
        all.close();
      }
    };
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public Row next() {
    Row row = rows.next();
    if (last != null && order.compare(last, row) == 0) {
      throw new NotVersionableException(
          "Several rows have the key (%s)".formatted(row.key(places)),
          "Name columns as the key that tell all rows apart");
    }
    last = row;
    return row;
  }

  @Override
  public void close() {
    rows.close();
  }
}
