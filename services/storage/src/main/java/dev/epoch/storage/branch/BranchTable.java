package dev.epoch.storage.branch;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import java.util.Objects;

/**
 * A table on a branch.
 *
 * @param table the table
 * @param head where the rows of the branch's last commit are
 */
public record BranchTable(TableHandle table, RowsLocation head) {
  public BranchTable {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(head, "head");
  }
}
