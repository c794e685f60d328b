package dev.epoch.model.merge;

import dev.epoch.model.row.Row;
import java.util.List;
import java.util.Map;

/** Decisions about a conflict that is settled by a whole row, or its absence. */
final class WholeRowDecisions {
  private final RowMerge merge;
  private final Row candidate;
  private final Row base;
  private final Row ours;
  private final Row theirs;
  private boolean settled;
  private Row row;

  /**
   * @param candidate the row that values are put into while no side is chosen
   */
  WholeRowDecisions(RowMerge merge, Row candidate, Row base, Row ours, Row theirs) {
    this.merge = merge;
    this.candidate = candidate;
    this.base = base;
    this.ours = ours;
    this.theirs = theirs;
  }

  void take(List<Decision> decisions, RowConflict conflict) {
    for (Decision decision : decisions) {
      if (decision.isAboutAll(conflict)) {
        take(decision.resolution(), decision.selector());
      } else if (decision.wasAbout(conflict)) {
        // a value was decided for, over what was decided before, and it is about others now
        settled = false;
        row = null;
      }
    }
  }

  private void take(Resolution resolution, ResolutionSelector selector) {
    if (resolution instanceof Resolution.Value(Map<String, String> fields)) {
      put(selector, fields);
    } else if (selector.field() == null) {
      settled = true;
      row =
          switch (resolution) {
            case Resolution.Ours() -> ours;
            case Resolution.Theirs() -> theirs;
            case Resolution.Base() -> base;
            case Resolution.DeleteRow() -> null;
            case Resolution.Value _ -> throw new IllegalStateException("handled above");
          };
    }
  }

  private void put(ResolutionSelector selector, Map<String, String> fields) {
    Row target = settled && row != null ? row : candidate;
    if (target == null) {
      return;
    }
    boolean any = false;
    for (Map.Entry<String, String> field : fields.entrySet()) {
      int column = merge.writable(field.getKey());
      if (column >= 0 && (selector.field() == null || selector.field().equals(field.getKey()))) {
        target = target.with(column, field.getValue());
        any = true;
      }
    }
    if (any) {
      settled = true;
      row = merge.withoutStaleValues(target, ours, theirs, base);
    }
  }

  boolean settled() {
    return settled;
  }

  /** Null if there is to be none. */
  Row row() {
    return row;
  }
}
