package dev.epoch.events.event;

import java.util.List;

/**
 * Decisions about conflicts are offered no more.
 *
 * @param table only of this table, or null
 * @param key only of this row, or empty
 * @param field only of this field, or null
 * @param constraint only of this constraint, or null
 * @param forgotten decisions that are forgotten by it, as far as known
 */
public record ResolutionsForgottenV1(
    String table, List<String> key, String field, String constraint, long forgotten)
    implements Event.OfMerge {
  public ResolutionsForgottenV1 {
    key = key == null ? List.of() : List.copyOf(key);
  }
}
