package dev.epoch.storage.state;

import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which changes between two states.
 *
 * @param after only keys behind this one in native key order, null for all
 * @param kinds only changes of these kinds
 * @param limit at most so many, empty for all
 * @param ordered whether the order of the native key matters
 */
public record ChangeQuery(
    RowKey after, Set<RowChange.Kind> kinds, OptionalLong limit, boolean ordered) {
  public static ChangeQuery all() {
    return new ChangeQuery(null, Set.of(RowChange.Kind.values()), OptionalLong.empty(), false);
  }

  public static ChangeQuery page(RowKey after, Set<RowChange.Kind> kinds, long limit) {
    return new ChangeQuery(after, kinds, OptionalLong.of(limit), true);
  }
}
