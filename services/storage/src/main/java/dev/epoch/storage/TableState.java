package dev.epoch.storage;

import dev.epoch.events.table.RowsLocation;
import java.util.Objects;

/** A state of a table that can be read. */
public sealed interface TableState {
  /** Before the table existed: no rows. */
  record Empty() implements TableState {}

  /** As committed. Reads the same for ever. */
  record Committed(RowsLocation location) implements TableState {
    public Committed {
      Objects.requireNonNull(location, "location");
    }
  }

  /**
   * A state of the same table under another registration, with the same columns and key and in the
   * same database; for comparing it with one of this registration ({@link StateReader#changes}).
   */
  record Another(TableHandle table, TableState state) implements TableState {
    public Another {
      Objects.requireNonNull(table, "table");
      Objects.requireNonNull(state, "state");
    }
  }

  /** What a client of the branch sees now: the head and what is not committed yet. */
  record Working(BranchHandle branch, RowsLocation head) implements TableState {
    public Working {
      Objects.requireNonNull(branch, "branch");
      Objects.requireNonNull(head, "head");
    }
  }
}
