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
      if (decision.isAbout(conflict)) {
        switch (decision.resolution()) {
          case Resolution.Ours() -> pick(decision, conflict, Pick.Side.OURS);
          case Resolution.Theirs() -> pick(decision, conflict, Pick.Side.THEIRS);
          case Resolution.Base() -> pick(decision, conflict, Pick.Side.BASE);
          case Resolution.Value(Map<String, String> fields) -> put(decision, conflict, fields);
          case Resolution.DeleteRow() -> absent |= decision.decidesRow(conflict);
        }
      }
    }
  }

  private void pick(Decision decision, RowConflict conflict, Pick.Side side) {
    absent = side == Pick.Side.BASE && added && decision.decidesRow(conflict);
    for (FieldConflict field : open) {
      if (decision.isAbout(conflict, field)) {
        picks.put(field.label(), side);
        values.remove(merge.indexOf(field.name()));
      } else if (decision.selector().matches(field)) {
        open(field);
      }
    }
  }

  private void put(Decision decision, RowConflict conflict, Map<String, String> fields) {
    ResolutionSelector selector = decision.selector();
    fields.forEach((name, text) -> {
      if (selector.field() != null && !selector.field().equals(name)) {
        return;
      }
      List<FieldConflict> changed = changedSince(decision, conflict, name);
      if (!changed.isEmpty()) {
        changed.forEach(this::open);
        return;
      }
      int column = merge.writable(name);
      if (column >= 0) {
        values.put(column, text);
        absent = false;
      } else if (open.stream().anyMatch(field -> field.label().equals(name))) {
        picks.put(name, new Pick.Text(text));
        absent = false;
      }
    });
  }

  /** What is in conflict of the field, and not with the values that were decided about. */
  private List<FieldConflict> changedSince(Decision decision, RowConflict conflict, String name) {
    return open.stream()
        .filter(field -> field.name().equals(name) || field.label().equals(name))
        .filter(field -> !decision.made().had(conflict, field))
        .toList();
  }

  /** Somebody decided for a value, over what was decided before, and it is about others now. */
  private void open(FieldConflict field) {
    picks.remove(field.label());
    values.remove(merge.indexOf(field.name()));
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
