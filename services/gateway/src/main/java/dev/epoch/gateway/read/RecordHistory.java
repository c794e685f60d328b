package dev.epoch.gateway.read;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Which commits changed one record, and which of them each of its fields comes from.
 *
 * <p>Commits are visited from the newest on. A merge whose record is that of a parent changed
 * nothing: only that parent is followed, as {@code git log -- path} does.
 *
 * <pre>
 *   base--A--------M     record at M = record at T: T changed it, A is not looked at
 *       \         /
 *        T--------
 * </pre>
 *
 * Where commits left the table as it was, its rows are not read.
 */
public final class RecordHistory {
  private final RepositoryState state;
  private final TableHandle table;
  private final RowKey key;
  private final StorageAdapter adapter;
  private final Map<TableState, Row> read = new HashMap<>();

  /**
   * @param table that is registered now; what an earlier one of its name held is not looked at
   */
  public RecordHistory(
      Backends backends, RepositoryState state, RegisteredTable table, RowKey key) {
    this.state = state;
    this.table = Backends.newest(state, table);
    this.key = key;
    this.adapter = backends.adapter(state, table);
  }

  /** A commit, and what it did to the record against its first parent. */
  public record Change(CommitState commit, RowChange change) {}

  /**
   * The record, and per column the commit that it has its value from.
   *
   * @param row as committed
   * @param commits by number of the column
   */
  public record Blame(Row row, List<CommitState> commits) {}

  /**
   * Commits that changed the record, the newest first.
   *
   * @param from where to start
   * @param after only those behind this commit, null for all
   * @param limit at most so many
   */
  public List<Change> changes(CommitState from, String after, int limit) {
    List<Change> changes = new ArrayList<>();
    boolean wanted = after == null;
    PriorityQueue<CommitState> open = queue();
    Set<String> seen = new HashSet<>();
    open.add(from);
    while (!open.isEmpty() && changes.size() < limit) {
      CommitState commit = open.remove();
      Row row = row(commit);
      CommitState same = null;
      for (String id : commit.parents()) {
        CommitState parent = commit(id);
        if (same == null && Objects.equals(row, row(parent))) {
          same = parent;
        }
      }
      if (same != null) {
        follow(open, seen, same);
        continue;
      }
      if (commit.root()) {
        continue;
      }
      commit.parents().forEach(id -> follow(open, seen, commit(id)));
      if (wanted) {
        Row before = row(commit(commit.parents().getFirst()));
        changes.add(new Change(commit, new RowChange(key, before, row)));
      }
      wanted |= commit.id().equals(after);
    }
    return changes;
  }

  private static void follow(
      PriorityQueue<CommitState> open, Set<String> seen, CommitState parent) {
    if (seen.add(parent.id())) {
      open.add(parent);
    }
  }

  /** Null if the record is not in the commit. */
  public Blame blame(CommitState from) {
    Row row = row(from);
    if (row == null) {
      return null;
    }
    CommitState[] found = new CommitState[row.size()];
    Map<String, BitSet> asked = new HashMap<>();
    PriorityQueue<CommitState> open = queue();
    BitSet all = new BitSet();
    all.set(0, row.size());
    asked.put(from.id(), all);
    open.add(from);
    while (!open.isEmpty()) {
      CommitState commit = open.remove();
      BitSet columns = asked.remove(commit.id());
      for (String id : commit.parents()) {
        CommitState parent = commit(id);
        BitSet same = same(row, row(parent), columns);
        if (!same.isEmpty()) {
          columns.andNot(same);
          if (asked.computeIfAbsent(id, _ -> new BitSet()).isEmpty()) {
            open.add(parent);
          }
          asked.get(id).or(same);
        }
      }
      columns.stream().forEach(column -> found[column] = commit);
    }
    return new Blame(row, List.of(found));
  }

  /** Of these columns those in which the other row has the same value. */
  private static BitSet same(Row row, Row other, BitSet columns) {
    BitSet same = new BitSet();
    if (other != null) {
      columns.stream()
          .filter(
              column -> column < other.size() && Objects.equals(row.get(column), other.get(column)))
          .forEach(same::set);
    }
    return same;
  }

  /** Children come before their parents. */
  private static PriorityQueue<CommitState> queue() {
    return new PriorityQueue<>(
        Comparator.comparingInt(CommitState::generation)
            .thenComparingLong(CommitState::position)
            .reversed());
  }

  private CommitState commit(String id) {
    return state.commits().byId().get(id);
  }

  /** The record in a commit, or null. */
  private Row row(CommitState commit) {
    TableEntry entry = commit.tree().get(table.name());
    if (entry == null || !entry.tableId().equals(table.id())) {
      return null;
    }
    TableState at = new TableState.Committed(entry.location());
    if (!read.containsKey(at)) {
      read.put(at, adapter.row(table, at, key).orElse(null));
    }
    return read.get(at);
  }
}
