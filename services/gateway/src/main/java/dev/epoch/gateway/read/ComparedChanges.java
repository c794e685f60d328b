package dev.epoch.gateway.read;

import dev.epoch.gateway.column.RetypedRows;
import dev.epoch.model.row.LookaheadStream;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.ChangeQuery;

/**
 * What differs between two states in which columns have other types: rows whose values have the
 * same texts under both are the same.
 */
final class ComparedChanges extends LookaheadStream<RowChange> {
  private final RetypedRows rows;
  private final RowStream<RowChange> changes;
  private final ChangeQuery query;
  private long found;

  /**
   * @param changes of rows with all columns, closed with this
   * @param query which of them
   */
  ComparedChanges(RetypedRows rows, RowStream<RowChange> changes, ChangeQuery query) {
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
      if (query.kinds().contains(change.kind()) && !rows.same(before, after)) {
        found++;
        return new RowChange(change.key(), before, after);
      }
    }
    return null;
  }

  @Override
  public void close() {
    changes.close();
  }
}
