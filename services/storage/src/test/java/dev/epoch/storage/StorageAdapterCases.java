package dev.epoch.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.state.TableState.Committed;
import dev.epoch.storage.state.TableState.Working;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Acting on a backend and reading from it, for the cases of {@link AbstractStorageAdapterTests}.
 * The table {@code person} is captured, the branch {@code main} told of.
 */
abstract class StorageAdapterCases {
  static final Set<RowChange.Kind> ALL_KINDS = Set.of(RowChange.Kind.values());
  static final Row ANN = Row.of("1", "Ann", "30");
  static final Row BOB = Row.of("2", "Bob", "40");
  static final Row CID = Row.of("3", "Cid", "50");

  StorageAdapter adapter;
  TableHandle person;
  final BranchHandle main = new BranchHandle("people", "bmain0000001", "main", true);
  final Map<String, RowsLocation> heads = new HashMap<>();
  StorageBackend backend;
  private long position;

  /** A fresh database. */
  abstract StorageBackend backend();

  @BeforeEach
  void install() {
    backend = backend();
    adapter = backend.adapter();
    TablePath path = backend.path();
    person =
        new TableHandle(
            "people", "tperson00001", "person", path, adapter.introspect(path, List.of()).schema());
    OperationId operation = nextOperation();
    adapter.install(operation, person);
    heads.put(main.id(), RowsLocation.live(operation.position()));
    put(main);
  }

  @AfterEach
  void close() {
    backend.close();
  }

  List<String> usersRows() {
    return backend.usersRows();
  }

  // ---- acting

  OperationId nextOperation() {
    position++;
    return new OperationId(new UUID(1, position), position);
  }

  void put(BranchHandle branch) {
    adapter.putBranch(branch, Map.of(person.id(), at(branch)));
  }

  BranchHandle branch(String name, BranchHandle from) {
    BranchHandle branch = new BranchHandle("people", "b" + name, name, false);
    heads.put(branch.id(), heads.get(from.id()));
    put(branch);
    return branch;
  }

  BranchTable at(BranchHandle branch) {
    return new BranchTable(person, heads.get(branch.id()));
  }

  TableState head(BranchHandle branch) {
    return new Committed(heads.get(branch.id()));
  }

  TableState working(BranchHandle branch) {
    return new Working(branch, heads.get(branch.id()));
  }

  static RowWrite upsert(int id, String name, int age) {
    Map<String, JsonNode> record = new LinkedHashMap<>();
    record.put("id", IntNode.valueOf(id));
    record.put("name", name == null ? NullNode.instance : TextNode.valueOf(name));
    record.put("age", IntNode.valueOf(age));
    return new RowWrite.Upsert(record);
  }

  static RowWrite delete(int id) {
    return new RowWrite.Delete(Map.of("id", IntNode.valueOf(id)));
  }

  void write(BranchHandle branch, RowWrite... writes) {
    adapter.write(branch, at(branch), List.of(writes));
  }

  Operation operation(BranchHandle branch, TableOperation table) {
    return new Operation(nextOperation(), branch, List.of(table));
  }

  Operation commit(BranchHandle branch) {
    Operation operation = operation(branch, new CommitWorkingSet(at(branch)));
    apply(operation, List.of());
    return operation;
  }

  Operation merge(BranchHandle branch, long anchor, List<RowChange> changes) {
    Operation operation = operation(branch, new MergeRows(at(branch), anchor));
    apply(operation, changes);
    return operation;
  }

  void apply(Operation operation, List<RowChange> changes) {
    Map<String, PlannedRows> streams =
        operation.tables().getFirst() instanceof MergeRows
            ? Map.of(person.id(), PlannedRows.fixed(RowStream.of(changes)))
            : Map.of();
    heads.put(
        operation.branch().id(), adapter.apply(operation, streams).locations().get(person.id()));
  }

  void revert(Operation operation) {
    adapter.revert(operation);
    heads.put(operation.branch().id(), operation.tables().getFirst().table().head());
  }

  List<String> rows(TableState state) {
    return texts(
        adapter.rows(person, state, new RowQuery(null, Map.of(), OptionalLong.empty(), true)));
  }

  static List<String> texts(RowStream<Row> rows) {
    List<String> texts = new ArrayList<>();
    try (rows) {
      rows.forEachRemaining(row -> texts.add(row.toString()));
    }
    return texts;
  }

  List<RowChange> changes(TableState from, TableState to) {
    return changes(from, to, ChangeQuery.page(null, ALL_KINDS, 1_000));
  }

  List<RowChange> changes(TableState from, TableState to, ChangeQuery query) {
    List<RowChange> all = new ArrayList<>();
    try (RowStream<RowChange> changes = adapter.changes(person, from, to, query)) {
      changes.forEachRemaining(all::add);
    }
    return all;
  }

  List<String> kinds(TableState from, TableState to) {
    return changes(from, to).stream().map(c -> c.kind() + " " + c.key()).toList();
  }

  PendingChanges pending(BranchHandle branch) {
    return adapter
        .pending(branch, List.of(at(branch)))
        .getOrDefault(person.id(), new PendingChanges(0, 0, 0));
  }

  static RowChange change(Row before, Row after) {
    return new RowChange(RowKey.of((before == null ? after : before).get(0)), before, after);
  }
}
