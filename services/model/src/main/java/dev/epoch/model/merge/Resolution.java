package dev.epoch.model.merge;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** How somebody settles a conflict. */
public sealed interface Resolution {
  /** What the target has. */
  record Ours() implements Resolution {}

  /** What the source has. */
  record Theirs() implements Resolution {}

  /** What both started from. */
  record Base() implements Resolution {}

  /**
   * New values. Where one side deleted the row, the row stays, with these.
   *
   * @param fields canonical text, or null for SQL NULL, by column name; by {@link
   *     FieldConflict#label() label} with JSON text (null: the part is removed) for a part of a
   *     JSON field
   */
  record Value(Map<String, String> fields) implements Resolution {
    public Value {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
  }

  /** The row is to be absent. */
  record DeleteRow() implements Resolution {}
}
