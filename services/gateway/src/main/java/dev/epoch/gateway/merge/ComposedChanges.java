package dev.epoch.gateway.merge;

import dev.epoch.model.row.LookaheadStream;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Changes that were made one after the other, as one: each row once, and none that is in the end as
 * it was. First the rows of the earlier changes in their order, then what only the later ones
 * change.
 */
final class ComposedChanges extends LookaheadStream<RowChange> {
  private final RowStream<RowChange> earlier;
  private final Map<RowKey, RowChange> later;
  private Iterator<RowChange> rest;

  /**
   * @param earlier closed with this
   * @param later by key, from the rows that the earlier changes leave; kept in memory
   */
  ComposedChanges(RowStream<RowChange> earlier, Map<RowKey, RowChange> later) {
    this.earlier = earlier;
    this.later = new LinkedHashMap<>(later);
  }

  @Override
  protected RowChange seek() {
    while (earlier.hasNext()) {
      RowChange first = earlier.next();
      RowChange second = later.remove(first.key());
      RowChange composed = second == null ? first : both(first, second);
      if (composed != null) {
        return composed;
      }
    }
    if (rest == null) {
      rest = later.values().iterator();
    }
    return rest.hasNext() ? rest.next() : null;
  }

  private static RowChange both(RowChange first, RowChange second) {
    Row before = first.before();
    Row after = second.after();
    return Objects.equals(before, after) ? null : new RowChange(first.key(), before, after);
  }

  @Override
  public void close() {
    earlier.close();
  }
}
