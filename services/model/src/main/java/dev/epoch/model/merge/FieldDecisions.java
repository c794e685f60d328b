package dev.epoch.model.merge;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decisions about a row whose fields conflict. */
final class FieldDecisions {
  private final RowMerge merge;
  private final MergeAttempt attempt;
  private final boolean added;
  private final List<FieldConflict> open;
  private final Map<String, Pick> picks = new HashMap<>();
  private final Map<Integer, String> values = new HashMap<>();
  private boolean absent;

  /**
   * @param added whether the base has no row
   */
  FieldDecisions(RowMerge merge, MergeAttempt attempt, boolean added) {
    this.merge = merge;
    this.attempt = attempt;
    this.added = added;
    open = List.copyOf(attempt.open());
  }

  void take(List<Decision> decisions, RowConflict conflict) {
    for (Decision decision : decisions) {
      ResolutionSelector selector = decision.selector();
      if (selector.matches(conflict)) {
        switch (decision.resolution()) {
          case Resolution.Ours() -> pick(selector, Pick.Side.OURS);
          case Resolution.Theirs() -> pick(selector, Pick.Side.THEIRS);
          case Resolution.Base() -> pick(selector, Pick.Side.BASE);
          case Resolution.Value(Map<String, String> fields) -> put(selector, fields);
          case Resolution.DeleteRow() -> absent |= selector.field() == null;
        }
      }
    }
  }

  private void pick(ResolutionSelector selector, Pick.Side side) {
    absent = side == Pick.Side.BASE && added && selector.field() == null;
    for (FieldConflict conflict : open) {
      if (selector.matches(conflict)) {
        picks.put(conflict.label(), side);
        values.remove(merge.indexOf(conflict.name()));
      }
    }
  }

  private void put(ResolutionSelector selector, Map<String, String> fields) {
    fields.forEach((name, text) -> {
      if (selector.field() != null && !selector.field().equals(name)) {
        return;
      }
      int column = merge.writable(name);
      if (column >= 0) {
        values.put(column, text);
        absent = false;
      } else if (open.stream().anyMatch(conflict -> conflict.label().equals(name))) {
        picks.put(name, new Pick.Text(text));
        absent = false;
      }
    });
  }

  /** Puts the decisions into the attempt. */
  MergeOutcome outcome() {
    if (absent) {
      attempt.take(null);
    } else {
      attempt.settle(conflict -> Optional.ofNullable(picks.get(conflict.label())));
      values.forEach(attempt::put);
    }
    return attempt.outcome();
  }
}
