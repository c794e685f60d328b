package dev.epoch.storage.state;

import dev.epoch.model.row.RowKey;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Which rows of a state.
 *
 * @param after only rows behind this key in native key order, null for all
 * @param where column name to canonical text (null value: IS NULL); all must match
 * @param limit at most so many rows, empty for all
 * @param ordered whether the order of the native key matters; without it the backend may scan as it
 *     likes
 */
public record RowQuery(
    RowKey after, Map<String, String> where, OptionalLong limit, boolean ordered) {
  public static RowQuery all() {
    return new RowQuery(null, Map.of(), OptionalLong.empty(), false);
  }

  public static RowQuery page(RowKey after, long limit) {
    return new RowQuery(after, Map.of(), OptionalLong.of(limit), true);
  }
}
