package dev.epoch.gateway.rebuild;

import dev.epoch.engine.state.CommitState;
import dev.epoch.events.table.TableEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What each entry of a table was made from. The change set of an entry is against the entry that
 * the commit's first parent had when it was made; a merge, a revert or a rebase that takes a table
 * whole has the entry of another commit, whose change set says nothing of its own first parent.
 *
 * <pre>
 *   baseline <-- e1 <-- e2 <-- e3        from e4 to e3: e4 taken back, then e2 and e3
 *                 \____ e4
 * </pre>
 */
final class LoggedEntries {
  /**
   * @param before null for the baseline of the table's registration
   * @param order less than that of every entry made from it
   */
  private record Made(TableEntry before, long order) {}

  private final Map<TableEntry, Made> made = new HashMap<>();

  /**
   * How to come from one entry to another.
   *
   * @param back entries to take back, in this order
   * @param forth then those to make, in this order
   */
  record Path(List<TableEntry> back, List<TableEntry> forth) {}

  /** Tells of a commit; of those before it first. */
  void add(CommitState commit, CommitState parent) {
    for (TableEntry entry : commit.changed()) {
      TableEntry before = parent.tree().get(entry.name());
      made.putIfAbsent(
          entry,
          new Made(
              before == null || !before.tableId().equals(entry.tableId()) ? null : before,
              made.size()));
    }
  }

  /**
   * @param from null for the baseline
   * @param to null for the baseline
   */
  Path path(TableEntry from, TableEntry to) {
    List<TableEntry> back = new ArrayList<>();
    List<TableEntry> forth = new ArrayList<>();
    TableEntry one = from;
    TableEntry other = to;
    while (!Objects.equals(one, other)) {
      if (order(one) > order(other)) {
        back.add(one);
        one = made.get(one).before();
      } else {
        forth.addFirst(other);
        other = made.get(other).before();
      }
    }
    return new Path(back, forth);
  }

  private long order(TableEntry entry) {
    return entry == null ? -1 : made.get(entry).order();
  }
}
