package dev.epoch.storage.reference;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.ConstraintViolationsException.Violation;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.Repoint;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.operation.OperationExecutor.CommittedChanges;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;

/** Commit, merge, repointing, their undoing, and restoring, of whole states. */
final class ReferenceOperations {
  private final ReferenceDatabase database;

  ReferenceOperations(ReferenceDatabase database) {
    this.database = database;
  }

  /** Net uncommitted changes. */
  List<RowChange> pending(BranchHandle branch, BranchTable table) {
    ReferenceTable held = database.table(table.table());
    return ReferenceRows.difference(
        held.committed(table.head(), table.table().schema()),
        held.working(branch, table.head(), table.table().schema()));
  }

  /** What an operation is about to do to a table: nothing is changed before all of it is known. */
  private record Step(
      BranchTable table,
      RowsLocation location,
      NavigableMap<RowKey, Row> rows,
      boolean writes,
      List<RowChange> changes) {}

  OperationResult apply(Operation operation, Map<String, PlannedRows> planned) {
    ReferenceDatabase.Done done = database.operations.get(operation.id().id());
    if (done != null) {
      if (done.result() == null) {
        throw new StorageException("The operation was reverted", "Start it anew");
      }
      return done.result();
    }
    if (!operation.checks().isEmpty()) {
      throw new StorageException("Checks need queries, which this backend does not run", null);
    }
    for (TableOperation table : operation.tables()) {
      database.requireTold(operation.branch(), table.table().table());
    }
    List<Step> live = new ArrayList<>();
    for (BranchTable table : operation.live()) {
      live.add(commit(operation.branch(), table, operation.livePosition()));
    }
    requireNothingPending(operation);
    List<Step> steps = new ArrayList<>();
    for (TableOperation table : operation.tables()) {
      if (table instanceof Operation.Drop) {
        // nobody but its own clients would find it
        continue;
      }
      steps.add(
          switch (table) {
            case CommitWorkingSet commit ->
                commit(operation.branch(), commit.table(), operation.id().position());
            case MergeRows merge ->
                merge(operation, merge, planned.get(merge.table().table().id()));
            case Repoint repoint ->
                new Step(
                    repoint.table(),
                    repoint.to(),
                    database
                        .table(repoint.table().table())
                        .committed(repoint.to(), repoint.table().table().schema()),
                    true,
                    List.of());
            case Operation.Drop _ -> throw new IllegalStateException("no step");
          });
    }
    requireConstraints(steps);
    live.forEach(step -> take(operation.branch(), step));
    steps.forEach(step -> take(operation.branch(), step));
    Map<String, RowsLocation> locations = new HashMap<>();
    Map<String, List<RowChange>> committed = new HashMap<>();
    for (Step step : steps) {
      locations.put(step.table().table().id(), step.location());
      if (!step.writes()) {
        committed.put(step.table().table().id(), step.changes());
      }
    }
    Map<String, RowsLocation> liveLocations = new HashMap<>();
    for (Step step : live) {
      if (!step.location().equals(step.table().head())) {
        liveLocations.put(step.table().table().id(), step.location());
      }
    }
    OperationResult result = new OperationResult(locations, liveLocations, committed);
    database.operations.put(
        operation.id().id(),
        new ReferenceDatabase.Done(new OperationResult(locations, liveLocations, Map.of())));
    return result;
  }

  private Step commit(BranchHandle branch, BranchTable table, long position) {
    NavigableMap<RowKey, Row> rows =
        database.table(table.table()).working(branch, table.head(), table.table().schema());
    List<RowChange> changes = pending(branch, table);
    RowsLocation location =
        changes.isEmpty() ? table.head() : at(branch, table.head().anchor(), position);
    return new Step(table, location, rows, false, changes);
  }

  private static RowsLocation at(BranchHandle branch, long anchor, long position) {
    return branch.isDefault()
        ? RowsLocation.live(position)
        : new RowsLocation(anchor, branch.id(), position);
  }

  private void requireNothingPending(Operation operation) {
    List<String> names = new ArrayList<>();
    for (TableOperation table : operation.tables()) {
      boolean committedFirst =
          operation.live().stream()
              .anyMatch(live -> live.table().id().equals(table.table().table().id()));
      if (!(table instanceof CommitWorkingSet)
          && !committedFirst
          && !pending(operation.branch(), table.table()).isEmpty()) {
        names.add(table.table().table().name());
      }
    }
    if (!names.isEmpty()) {
      throw new PendingChangesException(names);
    }
  }

  private Step merge(Operation operation, MergeRows merge, PlannedRows planned) {
    BranchHandle branch = operation.branch();
    RowsLocation head = merge.table().head();
    TableHandle handle = merge.table().table();
    NavigableMap<RowKey, Row> before =
        database.table(handle).working(branch, head, handle.schema());
    NavigableMap<RowKey, Row> after = ReferenceRows.copy(before);
    for (RowChange change : writes(operation, merge, planned, before)) {
      ReferenceRows.put(after, change.key(), change.after());
    }
    boolean moved = !branch.isDefault() && merge.anchor() != head.anchor();
    boolean changed = !ReferenceRows.difference(before, after).isEmpty();
    RowsLocation committedFirst =
        pending(branch, merge.table()).isEmpty()
            ? head
            : RowsLocation.live(operation.livePosition());
    RowsLocation location =
        moved || changed ? at(branch, merge.anchor(), operation.id().position()) : committedFirst;
    return new Step(merge.table(), location, after, true, List.of());
  }

  private List<RowChange> writes(
      Operation operation, MergeRows merge, PlannedRows planned, NavigableMap<RowKey, Row> now) {
    List<RowChange> writes = new ArrayList<>();
    planned.writes().forEachRemaining(writes::add);
    if (operation.live().isEmpty()) {
      return writes;
    }
    Map<RowKey, Row> overtaken = new HashMap<>();
    NavigableMap<RowKey, Row> changed = ReferenceRows.none(merge.table().table().schema());
    pending(operation.branch(), merge.table())
        .forEach(change -> changed.put(change.key(), Row.of()));
    writes.removeIf(write -> {
      boolean again =
          changed.containsKey(write.key()) && !Objects.equals(now.get(write.key()), write.before());
      if (again) {
        overtaken.put(write.key(), now.get(write.key()));
      }
      return again;
    });
    planned
        .kept()
        .forEachRemaining(key -> {
          if (changed.containsKey(key)) {
            overtaken.put(key, now.get(key));
          }
        });
    if (!overtaken.isEmpty()) {
      writes.addAll(planned.again(overtaken));
    }
    return writes;
  }

  private static void requireConstraints(List<Step> steps) {
    List<Violation> violations = new ArrayList<>();
    for (Step step : steps) {
      TableSchema schema = step.table().table().schema();
      step.rows()
          .forEach((key, row) -> {
            for (Column column : schema.columns()) {
              if (!column.nullable() && row.get(schema.indexOf(column.name())) == null) {
                violations.add(
                    new Violation(
                        step.table().table().id(),
                        key,
                        column.name(),
                        column.name() + " must not be null"));
              }
            }
          });
    }
    if (!violations.isEmpty()) {
      throw new ConstraintViolationsException(violations);
    }
  }

  private void take(BranchHandle branch, Step step) {
    ReferenceTable table = database.table(step.table().table());
    if (!step.writes() || !step.location().equals(step.table().head())) {
      if (step.writes()) {
        table.setWorking(branch, step.rows(), step.table().table().schema());
      }
      table.setCommitted(step.location(), step.rows(), step.table().table().schema());
    }
    table.heads.put(branch.id(), step.location());
    table.written.remove(branch.id());
  }

  void revert(Operation operation) {
    ReferenceDatabase.Done done = database.operations.get(operation.id().id());
    if (done != null && done.result() != null) {
      for (TableOperation table : operation.tables()) {
        RowsLocation location = done.result().locations().get(table.table().table().id());
        revert(operation, table, location, done.result());
      }
      for (BranchTable table : operation.live()) {
        RowsLocation location = done.result().live().get(table.table().id());
        if (location != null) {
          database.table(table.table()).dropCommitted(location);
          database.table(table.table()).written.add(operation.branch().id());
        }
      }
    }
    database.operations.put(operation.id().id(), new ReferenceDatabase.Done(null));
  }

  private void revert(
      Operation operation, TableOperation table, RowsLocation location, OperationResult result) {
    ReferenceTable held = database.table(table.table().table());
    RowsLocation head = table.table().head();
    RowsLocation before = result.live().getOrDefault(table.table().table().id(), head);
    BranchHandle branch = operation.branch();
    if (location.equals(before)) {
      return;
    }
    if (!(table instanceof CommitWorkingSet)) {
      TableSchema schema = table.table().table().schema();
      NavigableMap<RowKey, Row> former = held.committed(before, schema);
      NavigableMap<RowKey, Row> written = held.committed(location, schema);
      NavigableMap<RowKey, Row> rows = ReferenceRows.copy(held.working(branch, location, schema));
      for (RowChange change : ReferenceRows.difference(former, written)) {
        if (Objects.equals(rows.get(change.key()), change.after())) {
          ReferenceRows.put(rows, change.key(), change.before());
        }
      }
      held.setWorking(branch, rows, schema);
    }
    if (!(table instanceof Repoint)) {
      held.dropCommitted(location);
    }
    held.heads.put(branch.id(), head);
    held.written.add(branch.id());
  }

  void restore(
      BranchHandle branch,
      RowsLocation origin,
      BranchTable head,
      Iterator<CommittedChanges> commits) {
    ReferenceTable table = database.table(head.table());
    TableSchema schema = head.table().schema();
    List<CommittedChanges> log = new ArrayList<>();
    List<List<RowChange>> changes = new ArrayList<>();
    while (commits.hasNext()) {
      CommittedChanges commit = commits.next();
      log.add(commit);
      List<RowChange> rows = new ArrayList<>();
      try (var stream = commit.changes()) {
        stream.forEachRemaining(rows::add);
      }
      changes.add(rows);
    }
    if (branch.isDefault()) {
      NavigableMap<RowKey, Row> rows = table.lastLive(schema);
      table.clearLive();
      for (int i = log.size() - 1; i >= 0; i--) {
        table.setCommitted(log.get(i).location(), rows, schema);
        rows = ReferenceRows.copy(rows);
        for (RowChange change : changes.get(i)) {
          ReferenceRows.put(rows, change.key(), change.before());
        }
      }
      table.setCommitted(RowsLocation.live(origin.anchor()), rows, schema);
      return;
    }
    List<RowChange> uncommitted = uncommitted(branch, head);
    table.clear(branch.id());
    NavigableMap<RowKey, Row> rows = table.committed(origin, schema);
    for (int i = 0; i < log.size(); i++) {
      rows = ReferenceRows.copy(rows);
      for (RowChange change : changes.get(i)) {
        ReferenceRows.put(rows, change.key(), change.after());
      }
      table.setCommitted(log.get(i).location(), rows, schema);
    }
    NavigableMap<RowKey, Row> working = ReferenceRows.copy(rows);
    uncommitted.forEach(change -> ReferenceRows.put(working, change.key(), change.after()));
    table.setWorking(branch, working, schema);
    database.branches.computeIfAbsent(
        branch.id(),
        _ -> {
          ReferenceDatabase.Branch unknown = new ReferenceDatabase.Branch(branch);
          unknown.dropped = true;
          return unknown;
        });
  }

  private List<RowChange> uncommitted(BranchHandle branch, BranchTable head) {
    try {
      return pending(branch, head);
    } catch (HistoryPrunedException lost) {
      return List.of();
    }
  }
}
