package dev.epoch.storage.layered;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import java.util.NoSuchElementException;

/** Rows of three states, of keys where base and theirs differ. */
final class ThreeWayStream implements RowStream<ThreeWayRow> {
  private final KeyedRows rows;
  private final SameRows same;
  private final int[] keyPlaces;
  private ThreeWayRow next;

  /**
   * @param rows of base, ours and theirs
   */
  ThreeWayStream(KeyedRows rows) {
    this.rows = rows;
    this.same = new SameRows(rows.state(2).table().schema());
    this.keyPlaces = rows.state(2).table().schema().keyIndexes();
  }

  @Override
  public boolean hasNext() {
    while (next == null) {
      Row[] states = rows.next();
      if (states == null) {
        return false;
      }
      if (same.differ(states[0], states[2])) {
        Row one = states[0] == null ? states[2] : states[0];
        next = new ThreeWayRow(one.key(keyPlaces), states[0], states[1], states[2]);
      }
    }
    return true;
  }

  @Override
  public ThreeWayRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    ThreeWayRow row = next;
    next = null;
    return row;
  }

  @Override
  public void close() {
    rows.close();
  }
}
