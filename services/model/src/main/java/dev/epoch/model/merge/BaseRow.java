package dev.epoch.model.merge;

import dev.epoch.model.row.Row;
import java.util.Objects;
import java.util.Set;

/**
 * The row that two sides are compared with: one of a commit, or one of a virtual commit, see {@link
 * VirtualBase}.
 *
 * @param row null where it is absent
 * @param disputed names of the columns on which the merged bases disagree: the row holds the value
 *     that they started from, and no side counts as unchanged there
 * @param presenceDisputed whether the bases disagree on whether there is a row at all
 */
public record BaseRow(Row row, Set<String> disputed, boolean presenceDisputed) {
  public BaseRow {
    disputed = Set.copyOf(disputed);
  }

  /** The row of a commit, null where it is absent. */
  public static BaseRow of(Row row) {
    return new BaseRow(row, Set.of(), false);
  }

  boolean settled() {
    return disputed.isEmpty() && !presenceDisputed;
  }

  boolean settled(String column) {
    return !presenceDisputed && !disputed.contains(column);
  }

  String get(int column) {
    return row == null ? null : row.get(column);
  }

  @Override
  public String toString() {
    return Objects.toString(row) + (settled() ? "" : " disputed " + disputed);
  }
}
