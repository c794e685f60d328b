package dev.epoch.gateway.read;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.schema.RetypedRows;
import dev.epoch.model.row.LookaheadStream;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.value.Values;
import dev.epoch.storage.state.ChangeQuery;

/**
 * What differs between two states in which columns have other types: rows whose values have the
 * same texts under both are the same.
 */
final class ComparedChanges extends LookaheadStream<RowChange> {
  private final TableSchema schema;
  private final RetypedRows rows;
  private final RowStream<RowChange> changes;
  private final ChangeQuery query;
  private long found;

  /**
   * @param schema of the later state
   * @param changes of rows with all columns, closed with this
   * @param query which of them
   */
  ComparedChanges(
      TableSchema schema, RetypedRows rows, RowStream<RowChange> changes, ChangeQuery query) {
    this.schema = schema;
    this.rows = rows;
    this.changes = changes;
    this.query = query;
  }

  @Override
  protected RowChange seek() {
    while (found < query.limit().orElse(Long.MAX_VALUE) && changes.hasNext()) {
      RowChange change = changes.next();
      Row before = rows.of(0, change.before());
      Row after = rows.of(1, change.after());
      if (query.kinds().contains(change.kind()) && !same(before, after)) {
        found++;
        return new RowChange(change.key(), before, after);
      }
    }
    return null;
  }

  private boolean same(Row before, Row after) {
    if (before == null || after == null) {
      return false;
    }
    for (int i = 0; i < schema.columns().size(); i++) {
      Column column = schema.columns().get(i);
      if (!Values.same(column.type(), before.get(i), after.get(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    changes.close();
  }
}
