package dev.epoch.model.row;

import java.util.Collection;
import java.util.Iterator;

/**
 * Rows pulled from a backend in pages: bounded memory, whatever the table. Close it to give the
 * connection back. Waiting for a page blocks the calling (virtual) thread.
 */
public interface RowStream<T> extends Iterator<T>, AutoCloseable {
  @Override
  void close();

  /** A stream of what is in memory. */
  static <T> RowStream<T> of(Collection<T> elements) {
    Iterator<T> iterator = elements.iterator();
    return new RowStream<>() {
      @Override
      public boolean hasNext() {
        return iterator.hasNext();
      }

      @Override
      public T next() {
        return iterator.next();
      }

      @Override
      public void close() {}
    };
  }
}
