package dev.epoch.gateway.commit;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.Constraint;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Commits of some of the changed tables: a foreign key must not lead from what is committed to what
 * is left, nor from what was committed to what goes.
 *
 * <pre>
 *   child, committed --new row--> parent, left:      its new rows, and columns
 *   child, left      --old row--> parent, committed: rows that go
 * </pre>
 */
final class PartialCommits {
  private static final int MOST_NAMED = 3;

  private final Backends backends;
  private final RepositoryState state;
  private final BranchState branch;
  private final Map<String, BranchTable> heads = new HashMap<>();
  private final Map<String, BranchTable> working = new HashMap<>();

  PartialCommits(Backends backends, RepositoryState state, BranchState branch) {
    this.backends = backends;
    this.state = state;
    this.branch = branch;
    Backends.tables(state, branch).forEach(table -> heads.put(table.table().name(), table));
    backends
        .workingTables(state, branch)
        .forEach(table -> working.put(table.table().name(), table));
  }

  /**
   * @param chosen names of changed tables that are committed
   * @param left names of changed tables that are not
   * @throws RefusedException with what would be missing
   */
  void requireWhole(Collection<String> chosen, Collection<String> left) {
    for (String name : chosen) {
      for (Constraint key : keys(working, name)) {
        parent(key).filter(left::contains).ifPresent(parent -> requireParent(name, key, parent));
      }
    }
    for (String name : left) {
      for (Constraint key : keys(heads, name)) {
        parent(key).filter(chosen::contains).ifPresent(parent -> requireKept(name, key, parent));
      }
    }
  }

  private static List<Constraint> keys(Map<String, BranchTable> tables, String name) {
    BranchTable table = tables.get(name);
    return table == null
        ? List.of()
        : table.table().schema().constraints().stream()
            .filter(constraint -> constraint.kind() == Constraint.Kind.FOREIGN_KEY)
            .toList();
  }

  private Optional<String> parent(Constraint key) {
    return heads.values().stream()
        .map(BranchTable::table)
        .filter(table ->
            (table.path().schema() + "." + table.path().table()).equals(key.referencesTable()))
        .map(TableHandle::name)
        .findFirst();
  }

  private void requireParent(String child, Constraint key, String parent) {
    TableHandle head = heads.get(parent).table();
    List<String> missing =
        key.referencesColumns().stream()
            .filter(column -> head.schema().indexOf(column) < 0)
            .toList();
    if (!missing.isEmpty()) {
      throw refused(
          "Foreign key '%s' of table '%s' refers to column '%s' of table '%s', which is not committed"
              .formatted(key.name(), child, missing.getFirst(), parent),
          parent);
    }
    Set<List<String>> coming = new HashSet<>();
    changed(
        parent,
        key.referencesColumns(),
        (before, after) -> {
          if (after != null && !after.equals(before)) {
            coming.add(after);
          }
        });
    if (coming.isEmpty()) {
      return;
    }
    Set<List<String>> wanted = new HashSet<>();
    changed(
        child,
        key.columns(),
        (before, after) -> {
          if (after != null && coming.contains(after)) {
            wanted.add(after);
          }
        });
    if (!wanted.isEmpty()) {
      throw refused(
          "Rows of table '%s' refer to rows of table '%s' that are not committed: %s"
              .formatted(child, parent, named(wanted)),
          parent);
    }
  }

  private void requireKept(String child, Constraint key, String parent) {
    Set<List<String>> going = new HashSet<>();
    changed(
        parent,
        key.referencesColumns(),
        (before, after) -> {
          if (before != null && !before.equals(after)) {
            going.add(before);
          }
        });
    if (going.isEmpty()) {
      return;
    }
    Set<List<String>> held = new HashSet<>();
    changed(
        child,
        key.columns(),
        (before, after) -> {
          if (before != null && going.contains(before)) {
            held.add(before);
          }
        });
    if (!held.isEmpty()) {
      throw refused(
          "Rows of table '%s' go to which committed rows of table '%s' refer: %s"
              .formatted(parent, child, named(held)),
          child);
    }
  }

  @FunctionalInterface
  private interface Values {
    /** Of a row before and after the change; null where there is none, or a value is null. */
    void of(List<String> before, List<String> after);
  }

  private void changed(String name, List<String> columns, Values values) {
    BranchTable table = working.get(name);
    if (table == null) {
      // the branch has dropped it
      return;
    }
    TableHandle handle = table.table();
    List<Integer> places = columns.stream().map(handle.schema()::indexOf).toList();
    if (places.contains(-1)) {
      return;
    }
    Function<Row, List<String>> picked =
        row -> {
          List<String> picks = new ArrayList<>();
          places.forEach(place -> picks.add(row == null ? null : row.get(place)));
          return picks.stream().allMatch(Objects::nonNull) ? picks : null;
        };
    try (RowStream<RowChange> changes =
        backends
            .adapter(state, handle)
            .changes(
                handle,
                new TableState.Committed(table.head()),
                new TableState.Working(Backends.handle(state, branch), table.head()),
                ChangeQuery.all())) {
      while (changes.hasNext()) {
        RowChange change = changes.next();
        values.of(picked.apply(change.before()), picked.apply(change.after()));
      }
    }
  }

  private static String named(Set<List<String>> keys) {
    String first =
        keys.stream()
            .limit(MOST_NAMED)
            .map(key -> "(" + String.join(", ", key) + ")")
            .sorted()
            .collect(Collectors.joining(", "));
    return keys.size() > MOST_NAMED
        ? first + " and " + (keys.size() - MOST_NAMED) + " more"
        : first;
  }

  private RefusedException refused(String problem, String with) {
    return new RefusedException(
        Code.UNCOMMITTED_CHANGES,
        problem,
        Map.of(
            "branch",
            branch.name(),
            "tables",
            List.of(with),
            "remedy",
            "Commit table '%s' with it".formatted(with)));
  }
}
