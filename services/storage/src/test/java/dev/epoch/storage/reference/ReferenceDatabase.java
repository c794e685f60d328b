package dev.epoch.storage.reference;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.TableState;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** All that a database of the reference adapter holds. */
final class ReferenceDatabase {
  final Map<TablePath, ReferenceTable.UserTable> users =
      new TreeMap<>(Comparator.comparing(TablePath::schema).thenComparing(TablePath::table));
  final Map<String, ReferenceTable> tables = new LinkedHashMap<>();

  /** What removals kept. */
  final Map<String, ReferenceTable> archived = new TreeMap<>();

  final Map<String, Branch> branches = new TreeMap<>();

  /** By id; a reverted operation has no result. */
  final Map<UUID, Done> operations = new HashMap<>();

  /** By id of an operation: of the last owner who settled it. */
  final Map<UUID, Long> fences = new HashMap<>();

  final Map<String, Answer> writes = new HashMap<>();

  /** The answer to a write with a key. */
  record Answer(WriteKey key, WriteResult result) {}

  /** An operation that is done, or is never to be done. */
  record Done(OperationResult result) {}

  /** A branch that the database was told of. */
  static final class Branch {
    BranchHandle handle;
    boolean named = true;
    boolean dropped;
    final Set<String> tables = new HashSet<>();

    Branch(BranchHandle handle) {
      this.handle = handle;
    }
  }

  ReferenceTable.UserTable user(TablePath path) {
    ReferenceTable.UserTable table = users.get(path);
    if (table == null) {
      throw new TableNotFoundException("There is no table " + path, null);
    }
    return table;
  }

  ReferenceTable table(TableHandle handle) {
    if (handle.removed()) {
      if (!archived.containsKey(handle.id())) {
        throw new HistoryPrunedException("Nothing is kept of table " + handle.name(), null);
      }
      return archived.get(handle.id());
    }
    ReferenceTable table = tables.get(handle.id());
    if (table == null) {
      throw StorageUnavailableException.untold("Table " + handle.name() + " is not captured", null);
    }
    return table;
  }

  NavigableMap<RowKey, Row> rows(TableHandle table, TableState state) {
    return state instanceof TableState.Another(TableHandle other, TableState at)
        ? rows(other, at)
        : table(table).rows(state, table.schema());
  }

  void requireTold(BranchHandle branch, TableHandle table) {
    Branch told = branches.get(branch.id());
    if (!branch.isDefault() && (told == null || !told.tables.contains(table.id()))) {
      throw StorageUnavailableException.untold(
          "Branch " + branch.name() + " has no table " + table.name(), null);
    }
  }

  void clear() {
    tables.clear();
    archived.clear();
    branches.clear();
    operations.clear();
    writes.clear();
  }
}
