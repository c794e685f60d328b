package dev.epoch.model.merge;

import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.MergeBase;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * The row of a virtual merge base, for histories that merged each other crosswise.
 *
 * <p>The best common ancestors are merged with each other against their own base, with the rules of
 * the table and without a strategy. Where they do not conflict, that is the row. Where they
 * conflict, no value is right, and none may let one side's choice pass as the only change. So:
 *
 * <pre>
 *   the bases...                      virtual row                          two sides merged against it
 *   agree                             the agreed row                       as ever
 *   changed a field differently       the field as their base has it       differ there: conflict
 *                                     (null if they both added the row),   agree: that value
 *                                     marked as disputed
 *   changed and deleted the row       the row as their base has it,        differ at all: conflict
 *                                     its presence marked as disputed
 * </pre>
 *
 * This is what git's recursive merge gets by leaving conflict markers in the virtual commit:
 * whichever way each side resolved the dispute, two different resolutions conflict, and the value
 * shown as base is the one before the dispute.
 *
 * <p>To merge two branches with a virtual base, rows have to be looked at for the keys that differ
 * between theirs and any of {@link MergeBase#bestCommonAncestors()}: a row that is the same in all
 * of them and in theirs is the same in the virtual base. For each such key call {@link #row} with a
 * look-up of rows by commit, and {@link RowMerge#merge(RowKey, BaseRow, Row, Row)} with the result.
 * Deeper bases are looked up only where shallower ones differ.
 *
 * <p>Source: git's merge-recursive.c and merge-ort.c ({@code merge_ort_internal}).
 */
public final class VirtualBase {
  private final RowMerge merge;

  /**
   * @param merge with the schema and rules of the table; its strategy is not used
   */
  public VirtualBase(RowMerge merge) {
    this.merge = merge.with(MergeStrategy.DEFAULT);
  }

  /**
   * The row of a key in a merge base.
   *
   * @param rows the row of this key at a commit, null where it is absent; asked at most once for
   *     each place of the commit in the plan
   */
  public BaseRow row(RowKey key, MergeBase base, Function<CommitId, Row> rows) {
    return switch (base) {
      case MergeBase.Unrelated() -> BaseRow.of(null);
      case MergeBase.Commit(CommitId id) -> BaseRow.of(rows.apply(id));
      case MergeBase.Virtual(MergeBase first, CommitId second, MergeBase below) -> {
        BaseRow left = row(key, first, rows);
        Row right = rows.apply(second);
        yield left.settled() && merge.sameRow(left.row(), right) && !merge.addsUp()
            ? left
            : row(key, row(key, below, rows), left, right);
      }
    };
  }

  /**
   * The row of two merged bases.
   *
   * @param below what they are merged against
   * @param first a base, or the virtual row of several
   * @param second the next base, null where the row is absent
   */
  public BaseRow row(RowKey key, BaseRow below, BaseRow first, Row second) {
    MergeAttempt attempt = merge.attempt(key, below, first.row(), second);
    boolean disputedAndDeleted = !first.disputed().isEmpty() && second == null;
    if (attempt.presenceOpen() || first.presenceDisputed() || disputedAndDeleted) {
      return new BaseRow(below.row(), Set.of(), true);
    }
    if (attempt.isAbsent()) {
      return new BaseRow(null, Set.of(), false);
    }
    Row row = attempt.row();
    Set<String> disputed = new HashSet<>(first.disputed());
    for (String column : first.disputed()) {
      row = row.with(merge.indexOf(column), first.get(merge.indexOf(column)));
    }
    for (FieldConflict conflict : attempt.open()) {
      disputed.add(conflict.name());
      int i = merge.indexOf(conflict.name());
      row = row.with(i, below.get(i));
    }
    return new BaseRow(row, disputed, false);
  }
}
