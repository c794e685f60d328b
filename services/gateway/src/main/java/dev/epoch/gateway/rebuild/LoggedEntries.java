package dev.epoch.gateway.rebuild;

import dev.epoch.engine.state.CommitState;
import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

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

  /**
   * Whether the log does not say what rows that nobody wrote have in a column: the way back leads
   * over a change that took one which the rows have in the end, or the way forth over one of the
   * live table that came with values.
   *
   * @param schemas by hash
   */
  boolean leavesUntold(Path path, TableEntry to, Function<Digest, TableSchema> schemas) {
    return takesBackDrops(path, to, schemas) || takesFilled(path, schemas);
  }

  private boolean takesFilled(Path path, Function<Digest, TableSchema> schemas) {
    return path.forth().stream()
        .filter(entry -> entry.location().overlay() == null && made.get(entry).before() != null)
        .anyMatch(entry -> {
          Set<String> had = ids(made.get(entry).before(), schemas);
          return schemas.apply(entry.schemaHash()).columns().stream()
              .anyMatch(column -> column.wasFilled() && !had.contains(column.id()));
        });
  }

  private boolean takesBackDrops(Path path, TableEntry to, Function<Digest, TableSchema> schemas) {
    Set<String> columns = ids(to, schemas);
    return path.back().stream()
        .filter(entry -> made.get(entry).before() != null)
        .anyMatch(entry -> {
          Set<String> returning = ids(made.get(entry).before(), schemas);
          returning.retainAll(columns);
          return !ids(entry, schemas).containsAll(returning);
        });
  }

  private static Set<String> ids(TableEntry entry, Function<Digest, TableSchema> schemas) {
    return schemas.apply(entry.schemaHash()).columns().stream()
        .map(Column::id)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private long order(TableEntry entry) {
    return entry == null ? -1 : made.get(entry).order();
  }
}
