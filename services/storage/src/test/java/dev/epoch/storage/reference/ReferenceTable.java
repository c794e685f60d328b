package dev.epoch.storage.reference;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.BranchHandle;
import dev.epoch.storage.HistoryPrunedException;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TableState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** A registered table: every state of it as a whole. */
final class ReferenceTable {
  final TableHandle handle;
  private final UserTable users;
  private final NavigableMap<Long, NavigableMap<RowKey, Row>> live = new TreeMap<>();
  private final Map<RowsLocation, NavigableMap<RowKey, Row>> overlays = new HashMap<>();
  private final Map<String, NavigableMap<RowKey, Row>> working = new HashMap<>();

  /** Of branches, by id. */
  final Map<String, RowsLocation> heads = new HashMap<>();

  /** Ids of branches that were written since their last commit. */
  final Set<String> written = new HashSet<>();

  /** What the users have. */
  static final class UserTable {
    final TableSchema schema;
    NavigableMap<RowKey, Row> rows;

    UserTable(TableSchema schema) {
      this.schema = schema;
      this.rows = ReferenceRows.none(schema);
    }
  }

  ReferenceTable(TableHandle handle, UserTable users, long position) {
    this.handle = handle;
    this.users = users;
    live.put(position, users.rows);
  }

  NavigableMap<RowKey, Row> rows(TableState state) {
    return switch (state) {
      case TableState.Empty _ -> ReferenceRows.none(handle.schema());
      case TableState.Committed committed -> committed(committed.location());
      case TableState.Another _ ->
          throw new IllegalStateException("the database resolves the states of other tables");
      case TableState.Working at -> working(at.branch(), at.head());
    };
  }

  NavigableMap<RowKey, Row> committed(RowsLocation location) {
    if (location.overlay() != null) {
      NavigableMap<RowKey, Row> rows = overlays.get(location);
      if (rows == null) {
        throw new HistoryPrunedException("No rows are at " + location, null);
      }
      return rows;
    }
    Map.Entry<Long, NavigableMap<RowKey, Row>> floor = live.floorEntry(location.anchor());
    if (floor == null) {
      throw new HistoryPrunedException("No rows are at " + location, null);
    }
    return floor.getValue();
  }

  NavigableMap<RowKey, Row> working(BranchHandle branch, RowsLocation head) {
    if (branch.isDefault()) {
      return users.rows;
    }
    NavigableMap<RowKey, Row> rows = working.get(branch.id());
    return rows == null ? committed(head) : rows;
  }

  void setWorking(BranchHandle branch, NavigableMap<RowKey, Row> rows) {
    if (branch.isDefault()) {
      users.rows = rows;
    } else {
      working.put(branch.id(), rows);
    }
  }

  void setCommitted(RowsLocation location, NavigableMap<RowKey, Row> rows) {
    if (location.overlay() == null) {
      live.put(location.anchor(), rows);
    } else {
      overlays.put(location, rows);
    }
  }

  /** A state that an operation made which was undone. */
  void dropCommitted(RowsLocation location) {
    if (location.overlay() == null) {
      live.remove(location.anchor());
    } else {
      overlays.remove(location);
    }
  }

  NavigableMap<RowKey, Row> lastLive() {
    return live.lastEntry().getValue();
  }

  void clearLive() {
    live.clear();
  }

  void clear(String branch) {
    overlays.keySet().removeIf(location -> location.overlay().equals(branch));
  }

  /** Whether something is not committed on a branch that has rows of its own. */
  boolean hasUncommitted(String branch) {
    return working.containsKey(branch)
        && heads.containsKey(branch)
        && !ReferenceRows.difference(committed(heads.get(branch)), working.get(branch)).isEmpty();
  }

  /** Drops all that a branch has. */
  void drop(String branch) {
    clear(branch);
    working.remove(branch);
    written.remove(branch);
  }
}
