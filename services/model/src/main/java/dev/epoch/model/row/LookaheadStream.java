package dev.epoch.model.row;

import java.util.NoSuchElementException;

/** A stream whose next element has to be looked for before it is known whether there is one. */
public abstract class LookaheadStream<T> implements RowStream<T> {
  private T next;

  /** Looks for the next element; null at the end, however often it is asked then. */
  protected abstract T seek();

  @Override
  public final boolean hasNext() {
    if (next == null) {
      next = seek();
    }
    return next != null;
  }

  @Override
  public final T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    T element = next;
    next = null;
    return element;
  }
}
