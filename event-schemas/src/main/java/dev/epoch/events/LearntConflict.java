package dev.epoch.events;

import java.util.List;

/**
 * A conflict that was decided, so that the decision can be offered when the same one comes back.
 *
 * @param mark what tells it from all others: table, key, kind, constraint, and base, ours and
 *     theirs of its fields; 32 hexadecimal digits
 * @param table its name
 * @param key of the row; empty for a part of the schema
 * @param field with the JSON pointer of a part of it; null for the row
 * @param constraint that is broken, or part of the schema, or null
 */
public record LearntConflict(
    String mark, String table, List<String> key, String field, String constraint) {
  public LearntConflict {
    key = key == null ? List.of() : List.copyOf(key);
  }
}
