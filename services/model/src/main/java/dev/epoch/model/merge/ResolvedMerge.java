package dev.epoch.model.merge;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.ThreeWayRow;
import java.util.List;

/**
 * A merge that continues with what people decided.
 *
 * <p>Decisions are taken in order, each on top of those before it, so a later one overrides an
 * earlier one where both speak of the same thing and leaves it alone elsewhere:
 *
 * <pre>
 *                 fields conflict                  one side deleted the row     a constraint is broken
 *                 (modify/modify, add/add)         that the other changed
 *   ours, theirs  the conflicting fields           that side's row, or none     that side's row, or none
 *   base          likewise; add/add: no row        base's row                   base's row, or none
 *   value         these fields, conflicting or     the changed row              the merged row
 *                 not                              with these fields            with these fields
 *   delete row    no row                           no row                       no row
 * </pre>
 *
 * A selector for a field narrows a decision to that field: ours, theirs and base then say nothing
 * about whether there is a row, and delete row says nothing at all. Values for key columns,
 * generated columns and columns that do not exist are left out.
 */
public final class ResolvedMerge {
  private final RowMerge merge;

  public ResolvedMerge(RowMerge merge) {
    this.merge = merge;
  }

  /** As the other method, with the base of a commit. */
  public MergeOutcome resolve(ThreeWayRow row, RowConflict conflict, List<Decision> decisions) {
    return resolve(
        row.key(), BaseRow.of(row.base()), row.ours(), row.theirs(), conflict, decisions);
  }

  /**
   * What becomes of the row.
   *
   * @param conflict that was reported for it, as selectors see it
   * @param decisions in the order they were taken, about any conflicts
   * @return a conflict, with the fields that are still open, if they do not settle it
   * @throws IllegalArgumentException if a value for a part of a JSON field is no JSON
   */
  public MergeOutcome resolve(
      RowKey key,
      BaseRow base,
      Row ours,
      Row theirs,
      RowConflict conflict,
      List<Decision> decisions) {
    MergeAttempt attempt = merge.attempt(key, base, ours, theirs);
    if (attempt.presenceOpen()) {
      WholeRowDecisions whole =
          new WholeRowDecisions(merge, attempt.row(), base.row(), ours, theirs);
      whole.take(decisions, conflict);
      return whole.settled() ? attempt.outcomeOf(whole.row()) : attempt.outcome();
    }
    FieldDecisions fields = new FieldDecisions(merge, attempt, base.row() == null);
    if (conflict.constraint() == null) {
      fields.take(decisions, conflict);
      return fields.outcome();
    }
    if (!attempt.open().isEmpty()) {
      fields.take(decisions, attempt.conflict());
    }
    MergeOutcome merged = fields.outcome();
    WholeRowDecisions whole = new WholeRowDecisions(merge, attempt.row(), base.row(), ours, theirs);
    whole.take(decisions, conflict);
    if (whole.settled()) {
      return attempt.outcomeOf(whole.row());
    }
    return merged instanceof MergeOutcome.Conflict open
        ? open
        : new MergeOutcome.Conflict(conflict);
  }
}
