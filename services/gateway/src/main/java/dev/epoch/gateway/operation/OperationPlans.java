package dev.epoch.gateway.operation;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.storage.BranchHandle;
import dev.epoch.storage.BranchTable;
import dev.epoch.storage.Operation;
import dev.epoch.storage.Operation.TableOperation;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.OperationResult;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The physical half of prepared operations, made anew from what the log says of them: what to do in
 * which database, what it did, and the facts that complete the operation. The same code serves a
 * living server and recovery.
 */
public final class OperationPlans {
  private final Backends backends;
  private final TableEntries entries;

  public OperationPlans(Backends backends, TableEntries entries) {
    this.backends = backends;
    this.entries = entries;
  }

  /** What is to be done, by database. Registration and removal of tables are not of this kind. */
  Map<StorageAdapter, Operation> physical(RepositoryState state, OperationState operation) {
    BranchHandle branch = Backends.handle(state, state.branches().byId().get(operation.branchId()));
    Map<StorageAdapter, Operation> byAdapter = new LinkedHashMap<>();
    backends
        .byAdapter(state, tableOperations(state, operation), part -> part.table().table())
        .forEach((adapter, parts) ->
            byAdapter.put(adapter, new Operation(id(operation), branch, parts)));
    if (operation.plan() instanceof OperationPlan.Merge plan && !plan.liveTables().isEmpty()) {
      Map<String, BranchTable> tables = branchTables(state, operation);
      List<BranchTable> live = plan.liveTables().stream().map(tables::get).toList();
      backends
          .byAdapter(state, live, BranchTable::table)
          .forEach((adapter, there) ->
              byAdapter.merge(
                  adapter,
                  new Operation(id(operation), branch, List.of(), there),
                  (merge, _) -> new Operation(merge.id(), branch, merge.tables(), there)));
    }
    return byAdapter;
  }

  public static OperationId id(OperationState operation) {
    return new OperationId(operation.id(), operation.position());
  }

  private List<TableOperation> tableOperations(RepositoryState state, OperationState operation) {
    Map<String, BranchTable> tables = branchTables(state, operation);
    List<TableOperation> parts = new ArrayList<>();
    switch (operation.plan()) {
      case OperationPlan.Commit plan ->
          plan.tables().forEach(id -> parts.add(new Operation.CommitWorkingSet(tables.get(id))));
      case OperationPlan.Merge plan -> {
        for (OperationPlan.TableMerge merge : plan.tables()) {
          BranchTable table = tables.get(merge.tableId());
          if (merge.action().equals("repoint")) {
            TableHandle handle = Backends.handle(state, state.tables().byId().get(merge.tableId()));
            parts.add(
                new Operation.Repoint(
                    table == null ? new BranchTable(handle, merge.to()) : table, merge.to()));
          } else {
            parts.add(new Operation.MergeRows(table, merge.anchor()));
          }
        }
      }
      case OperationPlan.RegisterTable plan -> {}
      case OperationPlan.RemoveTable plan -> {}
    }
    return parts;
  }

  private static Map<String, BranchTable> branchTables(
      RepositoryState state, OperationState operation) {
    Map<String, BranchTable> tables = new HashMap<>();
    Backends.tables(state, state.branches().byId().get(operation.branchId()))
        .forEach(table -> tables.put(table.table().id(), table));
    return tables;
  }

  /** The step that completes the operation, with facts read from the databases. */
  Continuation completion(RepositoryState state, OperationState operation, OperationResult done) {
    return switch (operation.plan()) {
      case OperationPlan.Commit plan ->
          new Continuation.CompleteCommit(
              operation.id(), changed(state, operation, new Before(state, operation), done));
      case OperationPlan.Merge plan -> completion(state, operation, plan, done);
      case OperationPlan.RegisterTable plan ->
          throw new IllegalArgumentException("a registration completes otherwise");
      case OperationPlan.RemoveTable plan -> new Continuation.CompleteRemoval(operation.id());
    };
  }

  private Continuation completion(
      RepositoryState state,
      OperationState operation,
      OperationPlan.Merge plan,
      OperationResult done) {
    Before before = new Before(state, operation);
    List<TableEntry> live =
        changed(
            state, operation, before, new OperationResult(done.live(), Map.of(), done.committed()));
    if (plan.fastForward() && live.isEmpty()) {
      return new Continuation.CompleteMerge(operation.id(), live, List.of(), done.locations());
    }
    return new Continuation.CompleteMerge(
        operation.id(),
        live,
        mergedEntries(state, operation, plan, before.after(live), done.locations()),
        done.locations());
  }

  /**
   * What a commit is compared with.
   *
   * @param tree entries by table name
   * @param live entries by table id that were committed since by the same operation
   */
  private record Before(Map<String, TableEntry> tree, Map<String, TableEntry> live) {
    Before(RepositoryState state, OperationState operation) {
      this(state.commits().byId().get(operation.expectedHead()).tree(), Map.of());
    }

    Before after(List<TableEntry> entries) {
      Map<String, TableEntry> byId = new HashMap<>();
      entries.forEach(entry -> byId.put(entry.tableId(), entry));
      return new Before(tree, byId);
    }

    TableEntry entry(TableHandle table) {
      TableEntry entry =
          live.containsKey(table.id()) ? live.get(table.id()) : tree.get(table.name());
      return entry != null && entry.tableId().equals(table.id()) ? entry : null;
    }

    RowsLocation location(BranchTable table) {
      TableEntry entry = live.get(table.table().id());
      return entry == null ? table.head() : entry.location();
    }
  }

  private List<TableEntry> changed(
      RepositoryState state, OperationState operation, Before before, OperationResult done) {
    List<TableEntry> changed = new ArrayList<>();
    for (BranchTable table : branchTables(state, operation).values()) {
      RowsLocation to = done.locations().get(table.table().id());
      if (to != null) {
        entries
            .entry(
                backends.adapter(state, table.table()),
                table.table(),
                state.tables().byId().get(table.table().id()),
                before.entry(table.table()),
                before.location(table),
                to,
                done.committed().get(table.table().id()))
            .ifPresent(changed::add);
      }
    }
    changed.sort(java.util.Comparator.comparing(TableEntry::name));
    return changed;
  }

  /**
   * Tables that were written get entries by what was written; tables seen elsewhere take the
   * source's entry.
   */
  private List<TableEntry> mergedEntries(
      RepositoryState state,
      OperationState operation,
      OperationPlan.Merge plan,
      Before before,
      Map<String, RowsLocation> locations) {
    Map<String, TableEntry> source = state.commits().byId().get(plan.sourceCommit()).tree();
    Map<String, RowsLocation> written = new HashMap<>(locations);
    List<TableEntry> merged = new ArrayList<>();
    for (OperationPlan.TableMerge merge : plan.tables()) {
      if (merge.action().equals("repoint")) {
        written.remove(merge.tableId());
        source.values().stream()
            .filter(entry -> entry.tableId().equals(merge.tableId()))
            .forEach(merged::add);
      }
    }
    merged.addAll(changed(state, operation, before, new OperationResult(written)));
    return merged;
  }
}
