package dev.epoch.storage.layered;

import dev.epoch.model.row.Row;
import java.util.ArrayList;
import java.util.List;

/** The rows of some states for the keys of a set, key by key, a page at a time. */
final class KeyedRows implements AutoCloseable {
  private static final int PAGE = 512;

  private final LayerSession session;
  private final KeySet keys;
  private final List<LayeredStates.At> states;
  private List<List<Row>> page = List.of();
  private long next = 1;
  private int place;

  KeyedRows(LayerSession session, KeySet keys, LayeredStates.At... states) {
    this.session = session;
    this.keys = keys;
    this.states = List.of(states);
  }

  /** The rows of the next key, one for each state, null where it has none; null at the end. */
  Row[] next() {
    if (page.isEmpty() || place == page.getFirst().size()) {
      if (next > keys.size()) {
        return null;
      }
      int count = (int) Math.min(PAGE, keys.size() - next + 1);
      page = new ArrayList<>();
      for (LayeredStates.At at : states) {
        page.add(session.page(keys, at.table(), at.state(), next, count));
      }
      next += count;
      place = 0;
    }
    Row[] rows = new Row[states.size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = page.get(i).get(place);
    }
    place++;
    return rows;
  }

  /** The state number {@code i}, and the schema of its rows. */
  LayeredStates.At state(int i) {
    return states.get(i);
  }

  @Override
  public void close() {
    keys.close();
  }
}
