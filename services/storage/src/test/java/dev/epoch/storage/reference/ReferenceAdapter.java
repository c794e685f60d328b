package dev.epoch.storage.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.Capabilities;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.Removal;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageCheck;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.error.FormerOwnerException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.TableOwnedException;
import dev.epoch.storage.error.WriteKeyReusedException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The simplest adapter that is right: every state of a table is kept as a whole, in memory. It has
 * no layers, no queries, no sessions and no copies, and one lock.
 */
public final class ReferenceAdapter implements StorageAdapter {
  private static final Capabilities CAPABILITIES =
      new Capabilities(
          Capabilities.Transactions.ALL_TABLES,
          Capabilities.Capture.SCAN,
          Set.of(Constraint.Kind.PRIMARY_KEY, Constraint.Kind.NOT_NULL));

  private final ReferenceDatabase database;
  private final ReferenceOperations operations;
  private final ValueCodec values;

  ReferenceAdapter(ReferenceDatabase database, ValueCodec values) {
    this.database = database;
    this.operations = new ReferenceOperations(database);
    this.values = values;
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public StorageCheck check() {
    return new StorageCheck("reference 1", List.of());
  }

  @Override
  public ValueCodec values() {
    return values;
  }

  @Override
  public synchronized void uninstall() {
    database.clear();
  }

  @Override
  public void close() {}

  // ---- tables

  @Override
  public synchronized List<TablePath> tables() {
    return List.copyOf(database.users.keySet());
  }

  @Override
  public synchronized Introspection introspect(TablePath path, List<String> primaryKey) {
    ReferenceTable.UserTable table = database.user(path);
    return new Introspection(table.schema, table.rows.size());
  }

  @Override
  public synchronized Map<String, TableSchema> schemas(
      BranchHandle branch, Collection<BranchTable> tables) {
    Map<String, TableSchema> changed = new TreeMap<>();
    for (BranchTable table : tables) {
      TableSchema schema = database.table(table.table()).schema();
      if (branch.isDefault() && !schema.equals(table.table().schema())) {
        changed.put(table.table().id(), schema);
      }
    }
    return changed;
  }

  @Override
  public Set<String> lost(TableHandle table) {
    return Set.of();
  }

  @Override
  public synchronized void install(OperationId operation, TableHandle table) {
    for (ReferenceTable other : database.tables.values()) {
      if (other.handle.path().equals(table.path()) && !other.handle.id().equals(table.id())) {
        throw new TableOwnedException(
            "Repository " + other.handle.repository() + " versions " + table.path(), null);
      }
    }
    repair(table, operation.position());
  }

  @Override
  public synchronized void repair(TableHandle table, long position) {
    database.tables.computeIfAbsent(
        table.id(), _ -> new ReferenceTable(table, database.user(table.path()), position));
  }

  @Override
  public synchronized void remove(TableHandle table, Removal how) {
    requireRemovable(table, how);
    ReferenceTable removed = database.tables.remove(table.id());
    if (!how.keep()) {
      database.archived.remove(table.id());
    } else if (removed != null) {
      database.archived.put(table.id(), removed);
    }
    database.branches.values().forEach(branch -> branch.tables.remove(table.id()));
  }

  @Override
  public synchronized void requireRemovable(TableHandle table, Removal how) {
    ReferenceTable held = database.tables.get(table.id());
    if (held == null || how.force()) {
      return;
    }
    List<String> atWork =
        database.branches.values().stream()
            .map(branch -> branch.handle)
            .filter(branch -> held.hasUncommitted(branch.id()))
            .map(BranchHandle::name)
            .toList();
    if (!atWork.isEmpty()) {
      throw new PendingChangesException(table.name(), atWork);
    }
  }

  @Override
  public synchronized List<String> reclaimTables(
      String repository, Set<String> kept, boolean dryRun) {
    List<String> reclaimed =
        database.archived.values().stream()
            .filter(table -> table.handle.repository().equals(repository))
            .map(table -> table.handle.id())
            .filter(id -> !kept.contains(id))
            .toList();
    if (!dryRun) {
      reclaimed.forEach(database.archived::remove);
    }
    return reclaimed;
  }

  // ---- reading

  @Override
  public synchronized RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
    NavigableMap<RowKey, Row> rows = database.rows(table, state);
    if (query.after() != null) {
      rows = rows.tailMap(query.after(), false);
    }
    return RowStream.of(
        rows.values().stream()
            .filter(row -> matches(table.schema(), row, query.where()))
            .limit(query.limit().orElse(Long.MAX_VALUE))
            .toList());
  }

  private static boolean matches(TableSchema schema, Row row, Map<String, String> where) {
    return where.entrySet().stream()
        .allMatch(wanted -> ReferenceRows.matches(schema, row, wanted.getKey(), wanted.getValue()));
  }

  @Override
  public synchronized Optional<Row> row(TableHandle table, TableState state, RowKey key) {
    return Optional.ofNullable(database.rows(table, state).get(key));
  }

  @Override
  public synchronized RowStream<RowChange> changes(
      TableHandle table, TableState from, TableState to, ChangeQuery query) {
    NavigableMap<RowKey, Row> before = database.rows(table, from);
    NavigableMap<RowKey, Row> after = database.rows(table, to);
    if (query.after() != null) {
      before = before.tailMap(query.after(), false);
      after = after.tailMap(query.after(), false);
    }
    return RowStream.of(
        ReferenceRows.difference(before, after).stream()
            .filter(change -> query.kinds().contains(change.kind()))
            .limit(query.limit().orElse(Long.MAX_VALUE))
            .toList());
  }

  @Override
  public synchronized RowStream<ThreeWayRow> threeWay(
      TableHandle table, TableState base, TableState ours, TableState theirs) {
    NavigableMap<RowKey, Row> oursRows = database.rows(table, ours);
    return RowStream.of(
        ReferenceRows.difference(database.rows(table, base), database.rows(table, theirs)).stream()
            .map(change ->
                new ThreeWayRow(
                    change.key(), change.before(), oursRows.get(change.key()), change.after()))
            .toList());
  }

  @Override
  public synchronized Map<String, PendingChanges> pending(
      BranchHandle branch, Collection<BranchTable> tables) {
    Map<String, PendingChanges> pending = new TreeMap<>();
    for (BranchTable table : tables) {
      List<RowChange> changes = operations.pending(branch, table);
      if (!changes.isEmpty()) {
        pending.put(
            table.table().id(),
            new PendingChanges(
                count(changes, RowChange.Kind.INSERT),
                count(changes, RowChange.Kind.UPDATE),
                count(changes, RowChange.Kind.DELETE)));
      }
    }
    return pending;
  }

  private static long count(List<RowChange> changes, RowChange.Kind kind) {
    return changes.stream().filter(change -> change.kind() == kind).count();
  }

  @Override
  public synchronized Set<String> touched(BranchHandle branch, Collection<BranchTable> tables) {
    Set<String> touched = new HashSet<>();
    for (BranchTable table : tables) {
      if (database.table(table.table()).written.contains(branch.id())
          || !operations.pending(branch, table).isEmpty()) {
        touched.add(table.table().id());
      }
    }
    return touched;
  }

  // ---- writing

  @Override
  public synchronized WriteResult write(
      BranchHandle branch, BranchTable table, List<RowWrite> writes, Optional<WriteKey> key) {
    if (key.isPresent()) {
      String name = key.get().repository() + " " + key.get().key();
      ReferenceDatabase.Answer answer = database.writes.get(name);
      if (answer != null && !answer.key().equals(key.get())) {
        throw new WriteKeyReusedException("The key was used for another write", null);
      }
      if (answer == null) {
        answer = new ReferenceDatabase.Answer(key.get(), write(branch, table, writes));
        database.writes.put(name, answer);
      }
      return answer.result();
    }
    return write(branch, table, writes);
  }

  @Override
  public synchronized WriteResult write(
      BranchHandle branch, BranchTable table, List<RowWrite> writes) {
    database.requireTold(branch, table.table());
    ReferenceTable held = database.table(table.table());
    TableSchema schema =
        schemas(branch, List.of(table)).getOrDefault(table.table().id(), table.table().schema());
    NavigableMap<RowKey, Row> rows = ReferenceRows.copy(held.working(branch, table.head(), schema));
    NavigableMap<RowKey, Row> seen = ReferenceRows.none(schema);
    long inserted = 0;
    long updated = 0;
    long deleted = 0;
    for (int i = 0; i < writes.size(); i++) {
      Map<String, String> given = texts(schema, writes.get(i), i);
      boolean added = schema.appendOnly() && !given.containsKey(TableSchema.ROW_ID);
      if (added && writes.get(i) instanceof RowWrite.Upsert) {
        given.put(TableSchema.ROW_ID, held.nextRow());
      }
      requireKey(schema, given, i);
      RowKey key = RowKey.of(schema.primaryKey().stream().map(given::get).toArray(String[]::new));
      if (seen.put(key, Row.of()) != null) {
        throw new WriteRefusedException(i, "The key " + key + " stands in two records", null);
      }
      Row before = rows.get(key);
      if (writes.get(i) instanceof RowWrite.Delete) {
        deleted += rows.remove(key) == null ? 0 : 1;
        continue;
      }
      Row after = before == null ? Row.of(new String[schema.columns().size()]) : before;
      for (Map.Entry<String, String> value : given.entrySet()) {
        if (before == null || !schema.primaryKey().contains(value.getKey())) {
          after = after.with(schema.indexOf(value.getKey()), value.getValue());
        }
      }
      requireNotNull(schema, after, i);
      if (schema.appendOnly() && !added && !after.equals(before)) {
        throw new WriteRefusedException(i, "A row of an append-only table stays", null);
      }
      ReferenceRows.put(rows, key, after);
      inserted += before == null ? 1 : 0;
      updated += before != null && !before.equals(after) ? 1 : 0;
    }
    held.setWorking(branch, rows, schema);
    held.written.add(branch.id());
    return new WriteResult(
        inserted, updated, deleted, writes.size() - inserted - updated - deleted);
  }

  private Map<String, String> texts(TableSchema schema, RowWrite write, int index) {
    Map<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> given : write.record().entrySet()) {
      Column column =
          schema
              .column(given.getKey())
              .orElseThrow(() ->
                  new WriteRefusedException(index, "There is no column " + given.getKey(), null));
      try {
        texts.put(column.name(), values.toText(column.type(), given.getValue()));
      } catch (BadValueException e) {
        throw new WriteRefusedException(index, e.getMessage(), e.remedy());
      }
    }
    return texts;
  }

  private static void requireKey(TableSchema schema, Map<String, String> texts, int index) {
    if (schema.primaryKey().stream().map(texts::get).anyMatch(Objects::isNull)) {
      throw new WriteRefusedException(index, "The record lacks its key", null);
    }
  }

  private static void requireNotNull(TableSchema schema, Row row, int index) {
    for (Column column : schema.columns()) {
      if (!column.nullable() && row.get(schema.indexOf(column.name())) == null) {
        throw new WriteRefusedException(index, column.name() + " must not be null", null);
      }
    }
  }

  // ---- branches

  @Override
  public synchronized Optional<String> putBranch(
      BranchHandle branch, Map<String, BranchTable> tables) {
    Optional<ReferenceDatabase.Branch> holder =
        database.branches.values().stream()
            .filter(other -> !other.dropped && other.named)
            .filter(other -> other.handle.repository().equals(branch.repository()))
            .filter(other -> other.handle.name().equals(branch.name()))
            .filter(other -> !other.handle.id().equals(branch.id()))
            .findFirst();
    ReferenceDatabase.Branch told =
        database.branches.computeIfAbsent(branch.id(), _ -> new ReferenceDatabase.Branch(branch));
    told.named = true;
    holder.ifPresent(other -> {
      if (other.handle.version() > branch.version()) {
        told.named = false;
      } else {
        other.named = false;
      }
    });
    told.handle = branch;
    told.dropped = false;
    told.tables.retainAll(tables.keySet());
    told.tables.addAll(tables.keySet());
    tables.forEach(
        (id, table) -> database.table(table.table()).heads.put(branch.id(), table.head()));
    return holder.map(other -> other.handle.id());
  }

  @Override
  public synchronized Set<String> branches(String repository) {
    Set<String> ids = new HashSet<>();
    database.branches.forEach((id, branch) -> {
      if (branch.handle.repository().equals(repository) && !branch.dropped) {
        ids.add(id);
      }
    });
    return ids;
  }

  @Override
  public synchronized void dropBranch(BranchHandle branch) {
    ReferenceDatabase.Branch told = database.branches.get(branch.id());
    if (told != null) {
      told.dropped = true;
    }
  }

  @Override
  public synchronized List<String> reclaim(String repository, Set<String> kept, boolean dryRun) {
    List<String> reclaimed = new ArrayList<>();
    database.branches.forEach((id, branch) -> {
      if (branch.handle.repository().equals(repository) && branch.dropped && !kept.contains(id)) {
        reclaimed.add(id);
      }
    });
    if (!dryRun) {
      reclaimed.forEach(id -> {
        database.branches.remove(id);
        database.tables.values().forEach(table -> table.drop(id));
        database.archived.values().forEach(table -> table.drop(id));
      });
    }
    return reclaimed;
  }

  // ---- operations

  @Override
  public synchronized OperationResult apply(Operation operation, Map<String, PlannedRows> rows) {
    try {
      return operations.apply(operation, rows);
    } finally {
      rows.values().forEach(PlannedRows::close);
    }
  }

  @Override
  public synchronized Optional<OperationResult> result(OperationId operation) {
    return Optional.ofNullable(database.operations.get(operation.id()))
        .map(ReferenceDatabase.Done::result);
  }

  @Override
  public synchronized Optional<OperationResult> settle(OperationId operation, long fence) {
    database.fences.merge(operation.id(), fence, Math::max);
    return result(operation);
  }

  @Override
  public synchronized void revert(Operation operation, long fence) {
    if (database.fences.getOrDefault(operation.id().id(), fence) > fence) {
      throw FormerOwnerException.of(operation.id());
    }
    operations.revert(operation);
  }

  @Override
  public synchronized void forget(Collection<OperationId> done) {
    done.forEach(operation -> {
      database.operations.remove(operation.id());
      database.fences.remove(operation.id());
    });
  }

  @Override
  public synchronized void restore(
      BranchHandle branch,
      RowsLocation origin,
      BranchTable head,
      Iterator<CommittedChanges> commits) {
    operations.restore(branch, origin, head, commits);
  }
}
