package dev.epoch.storage.reference;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.state.TableState;
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
  private final NavigableMap<Long, ReferenceState> live = new TreeMap<>();
  private final Map<RowsLocation, ReferenceState> overlays = new HashMap<>();
  private final Map<String, ReferenceState> working = new HashMap<>();

  /** Of branches, by id. */
  final Map<String, RowsLocation> heads = new HashMap<>();

  /** Ids of branches that were written since their last commit. */
  final Set<String> written = new HashSet<>();

  /** What the users have. */
  static final class UserTable {
    private final Set<String> ids = new HashSet<>();
    private long lastRow;
    TableSchema schema;
    NavigableMap<RowKey, Row> rows;

    UserTable(TableSchema schema) {
      this.schema = schema;
      this.rows = ReferenceRows.none(schema);
      schema.columns().forEach(column -> ids.add(column.id()));
    }

    ReferenceState state() {
      return new ReferenceState(schema, rows);
    }

    void alter(TableSchema altered) {
      rows = state().as(altered);
      schema = altered;
    }

    /** An id for a row that has nothing else. */
    String nextRow() {
      lastRow++;
      return Long.toString(lastRow);
    }

    /** An id for a new column of this name, which none has had. */
    String idOf(String name) {
      String id = name;
      for (int i = 2; !ids.add(id); i++) {
        id = name + "#" + i;
      }
      return id;
    }
  }

  ReferenceTable(TableHandle handle, UserTable users, long position) {
    this.handle = handle;
    this.users = users;
    live.put(position, users.state());
  }

  /** An id for a row of an append-only table, on whichever branch. */
  String nextRow() {
    return users.nextRow();
  }

  /** The schema of the live table. */
  TableSchema schema() {
    return users.schema;
  }

  NavigableMap<RowKey, Row> rows(TableState state, TableSchema schema) {
    return switch (state) {
      case TableState.Empty _ -> ReferenceRows.none(schema);
      case TableState.Committed committed -> committed(committed.location(), schema);
      case TableState.Difference _ -> throw new IllegalArgumentException("for queries only");
      case TableState.Another _ ->
          throw new IllegalStateException("the database resolves the states of other tables");
      case TableState.Working at -> working(at.branch(), at.head(), schema);
    };
  }

  NavigableMap<RowKey, Row> committed(RowsLocation location, TableSchema schema) {
    if (location.overlay() != null) {
      ReferenceState state = overlays.get(location);
      if (state == null) {
        throw new HistoryPrunedException("No rows are at " + location, null);
      }
      return state.as(schema);
    }
    Map.Entry<Long, ReferenceState> floor = live.floorEntry(location.anchor());
    if (floor == null) {
      throw new HistoryPrunedException("No rows are at " + location, null);
    }
    return floor.getValue().as(schema);
  }

  NavigableMap<RowKey, Row> working(BranchHandle branch, RowsLocation head, TableSchema schema) {
    if (branch.isDefault()) {
      return users.state().as(schema);
    }
    ReferenceState state = working.get(branch.id());
    return state == null ? committed(head, schema) : state.as(schema);
  }

  void setWorking(BranchHandle branch, NavigableMap<RowKey, Row> rows, TableSchema schema) {
    ReferenceState state = new ReferenceState(schema, rows);
    if (branch.isDefault()) {
      users.rows = state.as(users.schema);
    } else {
      working.put(branch.id(), state);
    }
  }

  void setCommitted(RowsLocation location, NavigableMap<RowKey, Row> rows, TableSchema schema) {
    ReferenceState state = new ReferenceState(schema, rows);
    if (location.overlay() == null) {
      live.put(location.anchor(), state);
    } else {
      overlays.put(location, state);
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

  NavigableMap<RowKey, Row> lastLive(TableSchema schema) {
    return live.lastEntry().getValue().as(schema);
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
        && !ReferenceRows.difference(
                committed(heads.get(branch), working.get(branch).schema()),
                working.get(branch).rows())
            .isEmpty();
  }

  /** Drops all that a branch has. */
  void drop(String branch) {
    clear(branch);
    working.remove(branch);
    written.remove(branch);
  }
}
