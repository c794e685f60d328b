package dev.epoch.storage.postgres;

import java.util.ArrayList;
import java.util.List;

/** Collects the parameters of a statement while its text is being written. */
final class SqlParameters {
  private final List<Object> values = new ArrayList<>();

  /** Adds a value; the {@code $n} that stands for it. */
  String add(Object value) {
    values.add(value);
    return "$" + values.size();
  }

  List<Object> values() {
    return values;
  }

  Object[] toArray() {
    return values.toArray();
  }
}
