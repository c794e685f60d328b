package dev.epoch.storage.layered;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.ConstraintViolationsException.Violation;
import dev.epoch.storage.error.FormerOwnerException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.layered.LayerSession.Remembered;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Commits, merges, repointing and their undoing, as changes of layers in one transaction.
 *
 * <pre>
 *   commit, default branch   what is uncommitted in History ends at the position
 *   commit, branch           what is Working begins in Overlay at the position, in place of what was there
 *   merge, default branch    rows are written as an application writes them, then as a commit
 *   merge, branch            rows become Working; so does what the branch saw where another anchor
 *                            shows something else; then as a commit over the new anchor
 *   undoing                  what began at the position is gone, what ended there goes on
 * </pre>
 */
public final class LayeredOperations {
  /** Where so few rows were committed, they are given with the answer. */
  private static final int FEW_ROWS = 256;

  private final LayerStore store;
  private final LayeredMerge merges = new LayeredMerge();

  public LayeredOperations(LayerStore store) {
    this.store = store;
  }

  /** What came of one table. */
  private record Step(RowsLocation location, List<RowChange> committed) {}

  public OperationResult apply(Operation operation, Map<String, PlannedRows> planned) {
    Map<String, RepeatablePlan> plans = new HashMap<>();
    planned.forEach((id, rows) -> plans.put(id, new RepeatablePlan(rows)));
    long deadline = System.nanoTime() + store.patience().toNanos();
    try {
      while (true) {
        try {
          return attempt(operation, plans);
        } catch (BusyException met) {
          boolean repeatable = plans.values().stream().allMatch(RepeatablePlan::isRepeatable);
          if (!repeatable || System.nanoTime() >= deadline) {
            throw met;
          }
        }
      }
    } finally {
      planned.values().forEach(PlannedRows::close);
    }
  }

  private OperationResult attempt(Operation operation, Map<String, ? extends PlannedRows> planned) {
    try (LayerSession session = store.begin(operation.branch(), tables(operation), true)) {
      Optional<Remembered> remembered = session.operation(operation.id().id());
      if (remembered.isPresent()) {
        if (remembered.get().result() == null) {
          throw new StorageException("The operation was undone", "Start it anew");
        }
        return remembered.get().result();
      }
      OperationResult result = apply(session, operation, planned);
      for (TableOperation table : operation.tables()) {
        TableHandle handle = table.table().table();
        session.setHead(operation.branch(), handle, result.locations().get(handle.id()));
      }
      session.remember(
          operation.id().id(),
          new OperationResult(result.locations(), result.live(), Map.of(), result.schemas()));
      session.commit();
      return result;
    }
  }

  private static List<TableHandle> tables(Operation operation) {
    return operation.tables().stream().map(table -> table.table().table()).toList();
  }

  private OperationResult apply(
      LayerSession session, Operation operation, Map<String, ? extends PlannedRows> planned) {
    BranchHandle branch = operation.branch();
    operation.tables().forEach(table -> session.requireKnown(branch, table.table().table()));
    Map<String, RowsLocation> live = new HashMap<>();
    Map<String, TableSchema> schemas = new HashMap<>(session.schemas(branch, commitsOf(operation)));
    for (BranchTable table : operation.live()) {
      Step step = commit(session, branch, table, schemas, operation.livePosition());
      if (!step.location.equals(table.head())) {
        live.put(table.table().id(), step.location);
      }
    }
    requireNothingPending(session, operation);
    Map<String, RowsLocation> locations = new HashMap<>();
    Map<String, List<RowChange>> committed = new HashMap<>();
    for (TableOperation table : operation.tables()) {
      String id = table.table().table().id();
      switch (table) {
        case CommitWorkingSet commit -> {
          Step step = commit(session, branch, commit.table(), schemas, operation.id().position());
          locations.put(id, step.location);
          if (step.committed != null) {
            committed.put(id, step.committed);
          }
        }
        case MergeRows merge -> {
          requireStepOfRows(session, branch, merge);
          RowsLocation head = live.getOrDefault(id, merge.table().head());
          RowsLocation merged =
              merges.merge(session, branch, merge, head, operation.id(), planned.get(id));
          if (merge.step() != null) {
            requireValues(session, merge, merged);
          }
          locations.put(id, merged);
        }
        case Operation.Repoint repoint -> {
          requireNoStep(repoint.table().table(), repoint.step());
          locations.put(id, repoint.to());
        }
        case Operation.Drop drop ->
            throw new StorageException(
                "This backend drops no tables by merges: " + drop.table().table().name(),
                "Remove the table on the target first (epoch table remove)");
      }
    }
    check(session, operation, locations, schemas);
    return new OperationResult(locations, live, committed, schemas);
  }

  /**
   * What must hold of what the operation leaves; where no table that is watched has changed, it
   * does.
   */
  private static void check(
      LayerSession session,
      Operation operation,
      Map<String, RowsLocation> locations,
      Map<String, TableSchema> schemas) {
    Set<String> changed = new HashSet<>();
    for (TableOperation table : operation.tables()) {
      String id = table.table().table().id();
      if (!table.table().head().equals(locations.get(id))) {
        changed.add(id);
      }
    }
    for (Operation.Check check : operation.checks()) {
      if (check.watched().stream().noneMatch(changed::contains)) {
        continue;
      }
      Map<TableHandle, StateLayers> tables = new HashMap<>();
      for (BranchTable table : check.tables()) {
        String id = table.table().id();
        TableHandle handle = table.table().with(schemas.getOrDefault(id, table.table().schema()));
        tables.put(handle, StateLayers.at(locations.getOrDefault(id, table.head())));
      }
      session.check(check, tables);
    }
  }

  private static List<BranchTable> commitsOf(Operation operation) {
    List<BranchTable> tables = new ArrayList<>(operation.live());
    for (TableOperation table : operation.tables()) {
      if (table instanceof CommitWorkingSet) {
        tables.add(table.table());
      }
    }
    return tables;
  }

  /** A branch can have what the live table has or had: layers have these columns. */
  private static void requireStepOfRows(
      LayerSession session, BranchHandle branch, MergeRows merge) {
    TableHandle table = merge.table().table();
    if (merge.step() != null
        && (branch.isDefault() || !session.hasColumns(table, merge.step().schema()))) {
      requireNoStep(table, merge.step());
    }
  }

  /**
   * @throws ConstraintViolationsException if a row lacks a value that the new schema asks for
   */
  private static void requireValues(LayerSession session, MergeRows merge, RowsLocation at) {
    TableHandle table = merge.table().table().with(merge.step().schema());
    for (String name : merge.step().notNull()) {
      Map<String, String> isNull = new HashMap<>();
      isNull.put(name, null);
      RowQuery query = new RowQuery(null, isNull, OptionalLong.of(1), false);
      try (RowStream<Row> rows = session.rows(table, StateLayers.at(at), query)) {
        if (rows.hasNext()) {
          RowKey key = rows.next().key(table.schema().keyIndexes());
          throw new ConstraintViolationsException(
              List.of(new Violation(table.id(), key, name, name + " must not be null")));
        }
      }
    }
  }

  private static void requireNoStep(TableHandle table, Operation.SchemaStep step) {
    if (step != null) {
      throw new StorageException(
          "This backend brings no changes of schemas by merges: " + table.name(),
          "Alter both tables alike, commit that, and merge again");
    }
  }

  /** Of tables that are merged into, unless their changes were committed first. */
  private void requireNothingPending(LayerSession session, Operation operation) {
    List<String> names = new ArrayList<>();
    for (TableOperation table : operation.tables()) {
      if (table instanceof CommitWorkingSet || operation.live().contains(table.table())) {
        continue;
      }
      TableHandle handle = table.table().table();
      long left =
          operation.branch().isDefault()
              ? session.dropUnchangedLive(handle)
              : session.dropUnchanged(
                  handle, operation.branch().id(), StateLayers.at(table.table().head()));
      if (left > 0) {
        names.add(handle.name());
      }
    }
    if (!names.isEmpty()) {
      throw new PendingChangesException(names);
    }
  }

  private Step commit(
      LayerSession session,
      BranchHandle branch,
      BranchTable table,
      Map<String, TableSchema> schemas,
      long position) {
    RowsLocation head = table.head();
    TableHandle handle =
        table.table().with(schemas.getOrDefault(table.table().id(), table.table().schema()));
    StateLayers before = StateLayers.at(head);
    long rows =
        branch.isDefault()
            ? session.dropUnchangedLive(handle)
            : session.dropUnchanged(handle, branch.id(), before);
    if (rows == 0) {
      return new Step(head, List.of());
    }
    StateLayers after = StateLayers.of(new TableState.Working(branch, head));
    List<RowChange> changes =
        rows <= FEW_ROWS ? LayeredMerge.changes(session, handle, before, after) : null;
    if (branch.isDefault()) {
      session.commitHistory(handle, position);
      return new Step(RowsLocation.live(position), changes);
    }
    RowsLocation location = new RowsLocation(head.anchor(), branch.id(), position);
    LayeredMerge.settle(session, handle, branch.id(), head, location);
    return new Step(location, changes);
  }

  // ---- what is remembered

  public Optional<OperationResult> result(OperationId operation) {
    try (LayerSession session = store.begin(false)) {
      return session.operation(operation.id()).map(Remembered::result);
    }
  }

  public Optional<OperationResult> settle(OperationId operation, long fence) {
    try (LayerSession session = store.begin(true)) {
      session.fence(operation.id(), fence);
      Optional<OperationResult> result = session.operation(operation.id()).map(Remembered::result);
      session.commit();
      return result;
    }
  }

  public void forget(Collection<OperationId> operations) {
    if (operations.isEmpty()) {
      return;
    }
    try (LayerSession session = store.begin(true)) {
      session.forget(operations.stream().map(OperationId::id).toList());
      session.commit();
    }
  }

  // ---- undoing

  public void revert(Operation operation, long fence) {
    try (LayerSession session = store.begin(operation.branch(), tables(operation), false)) {
      if (session.fence(operation.id().id(), fence) > fence) {
        throw FormerOwnerException.of(operation.id());
      }
      OperationResult result =
          session.operation(operation.id().id()).map(Remembered::result).orElse(null);
      if (result != null) {
        for (TableOperation table : operation.tables()) {
          String id = table.table().table().id();
          RowsLocation before = result.live().getOrDefault(id, table.table().head());
          revert(session, operation, table, before, result.locations().get(id));
          session.setHead(operation.branch(), table.table().table(), table.table().head());
        }
        for (BranchTable table : operation.live()) {
          if (result.live().containsKey(table.table().id())) {
            session.undoHistory(table.table(), operation.livePosition());
            session.dropUnchangedLive(table.table());
          }
        }
      }
      session.remember(operation.id().id(), null);
      session.commit();
    }
  }

  private void revert(
      LayerSession session,
      Operation operation,
      TableOperation table,
      RowsLocation before,
      RowsLocation location) {
    if (location == null || location.equals(before) || table instanceof Operation.Repoint) {
      return;
    }
    TableHandle handle = table.table().table();
    boolean merge = table instanceof MergeRows;
    long position = operation.id().position();
    if (operation.branch().isDefault()) {
      if (merge) {
        merges.writeBack(session, handle, StateLayers.at(before), StateLayers.at(location));
      }
      session.undoHistory(handle, position);
      session.dropUnchangedLive(handle);
      return;
    }
    String branch = operation.branch().id();
    if (merge) {
      session.dropUnchanged(handle, branch, StateLayers.at(location));
    } else {
      session.freeze(
          handle,
          branch,
          List.of(new KeySource.OverlayBetween(branch, position - 1, position)),
          StateLayers.at(location));
    }
    session.undoOverlay(handle, branch, position);
    session.dropUnchanged(handle, branch, StateLayers.at(before));
  }
}
