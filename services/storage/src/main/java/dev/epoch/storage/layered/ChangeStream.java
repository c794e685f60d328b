package dev.epoch.storage.layered;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.ChangeQuery;
import java.util.NoSuchElementException;

/** What differs between two states, of keys where something may. */
final class ChangeStream implements RowStream<RowChange> {
  private final KeyedRows rows;
  private final ChangeQuery query;
  private final SameRows same;
  private final int[] keyPlaces;
  private long left;
  private RowChange next;

  ChangeStream(KeyedRows rows, ChangeQuery query) {
    this.rows = rows;
    this.query = query;
    this.same = new SameRows(rows.state(1).table().schema());
    this.keyPlaces = rows.state(1).table().schema().keyIndexes();
    this.left = query.limit().orElse(Long.MAX_VALUE);
  }

  @Override
  public boolean hasNext() {
    while (next == null && left > 0) {
      Row[] states = rows.next();
      if (states == null) {
        return false;
      }
      if (same.differ(states[0], states[1])) {
        Row one = states[0] == null ? states[1] : states[0];
        RowChange change = new RowChange(one.key(keyPlaces), states[0], states[1]);
        if (query.kinds().contains(change.kind())) {
          next = change;
          left--;
        }
      }
    }
    return next != null;
  }

  @Override
  public RowChange next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    RowChange change = next;
    next = null;
    return change;
  }

  @Override
  public void close() {
    rows.close();
  }
}
