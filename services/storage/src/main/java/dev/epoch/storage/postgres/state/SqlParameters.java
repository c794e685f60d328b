package dev.epoch.storage.postgres.state;

import java.util.ArrayList;
import java.util.List;

/** Collects the parameters of a statement while its text is being written. */
public final class SqlParameters {
  private final List<Object> values = new ArrayList<>();

  /** Adds a value; the {@code $n} that stands for it. */
  public String add(Object value) {
    values.add(value);
    return "$" + values.size();
  }

  List<Object> values() {
    return values;
  }

  public Object[] toArray() {
    return values.toArray();
  }
}
