package dev.epoch.model.merge;

import dev.epoch.model.row.RowChange;
import java.util.Objects;

/** What a merge does to one row of the target. */
public sealed interface MergeOutcome {
  /** The target's row stays as it is. */
  record Unchanged() implements MergeOutcome {}

  /**
   * The target's row becomes the merged one. Generated columns of the merged row hold null unless
   * the row is exactly one side's: the database computes them.
   *
   * @param change from ours to the merged row
   */
  record Write(RowChange change) implements MergeOutcome {
    public Write {
      Objects.requireNonNull(change, "change");
    }
  }

  /** Somebody has to decide. */
  record Conflict(RowConflict conflict) implements MergeOutcome {
    public Conflict {
      Objects.requireNonNull(conflict, "conflict");
    }
  }
}
