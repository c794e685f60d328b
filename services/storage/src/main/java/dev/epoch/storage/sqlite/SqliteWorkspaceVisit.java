package dev.epoch.storage.sqlite;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.layered.KeySet;
import dev.epoch.storage.layered.LayerSession;
import dev.epoch.storage.layered.StateLayers;
import dev.epoch.storage.relational.BranchWorkspaces.Visit;
import dev.epoch.storage.relational.RelationalStore;
import dev.epoch.storage.sqlite.SqliteWorkspaceFile.Table;
import dev.epoch.storage.sqlite.SqliteWorkspaceRegistry.Open;
import dev.epoch.storage.sqlite.SqliteWorkspaceRegistry.OpenTable;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A transaction on a branch, and one of the file in which clients find it. */
final class SqliteWorkspaceVisit implements Visit {
  private static final System.Logger LOG = System.getLogger(SqliteWorkspaceVisit.class.getName());
  private static final int PAGE = 512;

  private final RelationalStore store;
  private final LayerSession session;
  private final SqliteWorkspaceRegistry registry;
  private final BranchHandle branch;
  private final SqliteWorkspaceFile file;
  private final Map<String, OpenTable> known = new HashMap<>();
  private final Map<String, Table> tables = new HashMap<>();
  private final Map<String, Touched> touched = new LinkedHashMap<>();

  private record Touched(TableHandle table, Set<RowKey> keys) {}

  SqliteWorkspaceVisit(
      RelationalStore store,
      LayerSession session,
      SqliteWorkspaceRegistry registry,
      BranchHandle branch,
      Open open,
      SqliteWorkspaceFile file) {
    this.store = store;
    this.session = session;
    this.registry = registry;
    this.branch = branch;
    this.file = file;
    open.tables().forEach(table -> known.put(table.id(), table));
    file.tables().forEach(table -> tables.put(table.id(), table));
  }

  /** Tables that a process left in the file before the database knew of them go. */
  void clean() {
    for (Table table : List.copyOf(tables.values())) {
      if (!known.containsKey(table.id())) {
        file.drop(table);
        tables.remove(table.id());
      }
    }
  }

  // ---- from the file

  /** What clients changed becomes uncommitted rows of the branch. */
  void pull(Collection<TableHandle> handles) {
    for (TableHandle handle : handles) {
      OpenTable noted = known.get(handle.id());
      if (noted != null) {
        Table table = tables.get(handle.id());
        if (table == null) {
          throw new StorageException(
              "The workspace of branch %s has lost table %s: its file is another than it was"
                  .formatted(branch.name(), handle.name()),
              "Put the former file back, or close and open the table (epoch branch close, open)");
        }
        pull(handle, noted, table);
      }
    }
  }

  private void pull(TableHandle handle, OpenTable noted, Table table) {
    file.shapes().requireRows(table, handle);
    long last = file.last(table);
    if (last < noted.drained()) {
      throw new StorageException(
          "The workspace file of branch %s is an older copy of what it was"
              .formatted(branch.name()),
          "Put the former file back, or close and open the branch (epoch branch close, open)");
    }
    if (file.isCaptured(table)) {
      pull(handle, file.changed(table, handle, noted.drained(), last));
    } else {
      // a client made the table anew: nobody noted what it changed
      pull(handle, everyKey(handle));
      file.capture(table.number(), table.name(), handle.schema().primaryKey());
    }
    if (last != noted.drained()) {
      registry.setDrained(branch.id(), noted.number(), last);
      file.forget(table, last);
    }
    if (table.version() != noted.version()) {
      push(handle, everyKey(handle));
      file.setVersion(table, noted.version());
    }
  }

  private void pull(TableHandle handle, List<RowKey> keys) {
    for (int i = 0; i < keys.size(); i += PAGE) {
      List<RowKey> page = keys.subList(i, Math.min(keys.size(), i + PAGE));
      List<Row> ours = file.rows(handle, page);
      List<Row> theirs = branchRows(handle, page);
      List<RowChange> changes = new ArrayList<>();
      for (int j = 0; j < page.size(); j++) {
        if (differ(handle, theirs.get(j), ours.get(j))) {
          changes.add(new RowChange(page.get(j), theirs.get(j), ours.get(j)));
        }
      }
      session.put(handle, branch.id(), changes);
    }
  }

  private List<RowKey> everyKey(TableHandle handle) {
    Set<RowKey> keys = new LinkedHashSet<>(file.keys(handle));
    int[] places = handle.schema().keyIndexes();
    try (RowStream<Row> rows = session.rows(handle, state(handle), RowQuery.all())) {
      rows.forEachRemaining(row -> keys.add(row.key(places)));
    }
    return List.copyOf(keys);
  }

  private StateLayers state(TableHandle handle) {
    RowsLocation head = store.head(session, branch, handle).orElseThrow();
    return StateLayers.of(new TableState.Working(branch, head));
  }

  private List<Row> branchRows(TableHandle handle, List<RowKey> keys) {
    try (KeySet set = session.keys(handle, keys)) {
      return session.page(set, handle, state(handle), 1, keys.size());
    }
  }

  private static boolean differ(TableHandle handle, Row one, Row other) {
    if (one == null || other == null) {
      return one != other;
    }
    List<Column> columns = handle.schema().columns();
    for (int i = 0; i < columns.size(); i++) {
      if (!columns.get(i).generated() && !Objects.equals(one.get(i), other.get(i))) {
        return true;
      }
    }
    return false;
  }

  // ---- to the file

  @Override
  public boolean isOf(String branchId) {
    return branch.id().equals(branchId);
  }

  @Override
  public void touched(TableHandle table, Collection<RowKey> keys) {
    if (tables.containsKey(table.id()) && known.containsKey(table.id())) {
      touched
          .computeIfAbsent(table.id(), _ -> new Touched(table, new LinkedHashSet<>()))
          .keys()
          .addAll(keys);
    }
  }

  @Override
  public void prepare() {
    for (Touched change : touched.values()) {
      if (push(change.table(), List.copyOf(change.keys()))) {
        Table table = tables.get(change.table().id());
        long version = known.get(change.table().id()).version() + 1;
        file.setVersion(table, version);
        registry.setVersion(branch.id(), table.number(), version);
      }
    }
  }

  /** Whether there was anything to write. */
  private boolean push(TableHandle handle, List<RowKey> keys) {
    List<RowKey> written = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < keys.size(); i += PAGE) {
      List<RowKey> page = keys.subList(i, Math.min(keys.size(), i + PAGE));
      List<Row> ours = file.rows(handle, page);
      List<Row> theirs = branchRows(handle, page);
      for (int j = 0; j < page.size(); j++) {
        if (differ(handle, ours.get(j), theirs.get(j))) {
          written.add(page.get(j));
          rows.add(theirs.get(j));
        }
      }
    }
    if (written.isEmpty()) {
      return false;
    }
    file.replace(handle, written, rows);
    return true;
  }

  @Override
  public void committed() {
    try {
      file.commit();
    } catch (StorageException e) {
      // the database has it; the versions tell that the file has not
      LOG.log(
          System.Logger.Level.WARNING,
          "The workspace file of branch {0} is written later: {1}",
          branch.name(),
          e.getMessage());
    }
  }

  // ---- ending

  /** Tables are the client's no more; what was changed in them is in the layers. */
  void close(List<TableHandle> closing, boolean all) {
    if (all) {
      registry.remove(branch.id());
      file.retire();
      return;
    }
    for (TableHandle handle : closing) {
      Table table = tables.get(handle.id());
      if (table != null) {
        registry.remove(branch.id(), table.number());
        file.drop(table);
      }
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
