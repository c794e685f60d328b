package dev.epoch.storage.layered;

import dev.epoch.model.row.RowStream;

/** A stream that ends its session with itself. */
record SessionStream<T>(LayerSession session, RowStream<T> rows) implements RowStream<T> {
  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public T next() {
    return rows.next();
  }

  @Override
  public void close() {
    try (session) {
      rows.close();
    }
  }
}
