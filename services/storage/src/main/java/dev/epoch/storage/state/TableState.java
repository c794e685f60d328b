package dev.epoch.storage.state;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
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

  /**
   * In queries only, under a name of its own: what differs between two states of the table. One row
   * for each changed one, with {@code change_type} (insert, update, delete), the columns of the
   * key, and every column twice, as {@code before_...} and {@code after_...}.
   */
  record Difference(TableState from, TableState to) implements TableState {
    public Difference {
      Objects.requireNonNull(from, "from");
      Objects.requireNonNull(to, "to");
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
