package dev.epoch.gateway.read;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.state.TableState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Every table at one moment: what a read sees.
 *
 * @param state of the repository
 * @param label for messages: the ref as written
 * @param tables by name
 * @param removed names of tables that were there, and were removed with what commits read of them
 */
public record Snapshot(
    RepositoryState state, String label, Map<String, Readable> tables, Set<String> removed) {

  /** A table and the state of it that is read. */
  public record Readable(TableHandle handle, TableState state) {}

  /** As committed. */
  public static Snapshot of(RepositoryState state, CommitState commit, String label) {
    Map<String, Readable> tables = new TreeMap<>();
    Set<String> removed = new TreeSet<>();
    BranchState standing =
        state.defaultBranch().head().equals(commit.id())
            ? state.defaultBranch()
            : state.branches().byId().values().stream()
                .filter(branch -> branch.head().equals(commit.id()))
                .findFirst()
                .orElse(null);
    for (TableEntry entry : commit.tree().values()) {
      RegisteredTable table = state.tables().byId().get(entry.tableId());
      if (table.removed() && !table.kept()) {
        removed.add(entry.name());
      } else {
        var location = standing == null ? entry.location() : standing.location(entry);
        tables.put(
            entry.name(),
            new Readable(Backends.handle(state, entry), new TableState.Committed(location)));
      }
    }
    return new Snapshot(state, label, tables, removed);
  }

  /** What a client of the branch sees now. */
  static Snapshot working(
      RepositoryState state, BranchState branch, List<BranchTable> branchTables) {
    Map<String, Readable> tables = new TreeMap<>();
    for (BranchTable table : branchTables) {
      tables.put(
          table.table().name(),
          new Readable(
              table.table(), new TableState.Working(Backends.handle(state, branch), table.head())));
    }
    return new Snapshot(state, branch.name(), tables, Set.of());
  }

  /** The same without tables that are versioned no more, but are kept for commits. */
  public Snapshot withoutRemoved() {
    Map<String, Readable> versioned = new TreeMap<>(tables);
    versioned.values().removeIf(table -> table.handle().removed());
    return new Snapshot(state, label, versioned, removed);
  }

  /** The same with one more table: another one's, or another state, under a name of its own. */
  public Snapshot withTable(String name, Readable table) {
    TableHandle handle = table.handle();
    Map<String, Readable> more = new TreeMap<>(tables);
    more.put(name, new Readable(handle.named(name), table.state()));
    return new Snapshot(state, label, more, removed);
  }

  /** Fails with {@link HistoryPrunedException} if it was there and is versioned no more. */
  public Readable table(String name) {
    Readable table = tables.get(name);
    if (table == null) {
      requireKept(name);
      throw new RefusedException(
          Code.TABLE_NOT_FOUND,
          "Table '" + name + "' is not in " + label,
          Map.of("table", name, "ref", label));
    }
    return table;
  }

  /**
   * Fails with {@link HistoryPrunedException} if the commit has a table that is versioned no more.
   */
  void requireKept(String name) {
    if (removed.contains(name)) {
      throw Backends.pruned(name);
    }
  }
}
