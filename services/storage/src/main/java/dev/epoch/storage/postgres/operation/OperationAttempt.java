package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.Drop;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.Repoint;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.catalog.TableShape;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.operation.write.ForeseenChecks;
import dev.epoch.storage.postgres.operation.write.LiveWriter;
import dev.epoch.storage.postgres.operation.write.OpenTableCommit;
import dev.epoch.storage.postgres.operation.write.OverlayWriter;
import dev.epoch.storage.postgres.operation.write.StagedTable;
import dev.epoch.storage.postgres.query.StateChecks;
import dev.epoch.storage.postgres.state.BranchPlacement;
import dev.epoch.storage.postgres.state.JoinStrategy;
import dev.epoch.storage.postgres.state.PhysicalState;
import dev.epoch.storage.postgres.state.StateResolver;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One try to do an operation, inside a transaction that the caller commits. */
final class OperationAttempt {
  /** Plans that cost what the working set costs, made once per connection. */
  static final String KEYED_PLANS =
      """
      SET LOCAL plan_cache_mode = force_generic_plan;
      SET LOCAL enable_nestloop = on;
      SET LOCAL enable_hashjoin = off;
      SET LOCAL enable_mergejoin = off;
      SET LOCAL enable_seqscan = off;
      SET LOCAL jit = off\
      """;

  private final Session session;
  private final StateResolver resolver;
  private final Operation operation;
  private final Map<String, TableSchema> recorded;
  private final OpenSchemas opened;
  private final MergeValidation.OtherTables others;
  private final StateChecks checks;
  private final BranchPlaces places;
  private final OperationLocks locks;
  private final LiveAlterations alterations;
  private final Map<String, RowsLocation> live = new HashMap<>();
  private final Map<String, List<RowChange>> committed = new HashMap<>();
  private final Set<String> dropped = new HashSet<>();
  private final Set<String> large = new HashSet<>();

  OperationAttempt(
      Session session,
      StateResolver resolver,
      LockRetries retries,
      Operation operation,
      Map<String, TableSchema> recorded,
      OpenSchemas opened,
      MergeValidation.OtherTables others,
      StateChecks checks) {
    this.session = session;
    this.resolver = resolver;
    this.operation = operation;
    this.recorded = recorded;
    this.opened = opened;
    this.others = others;
    this.checks = checks;
    this.places = new BranchPlaces(session, operation, opened);
    this.locks = new OperationLocks(session, resolver, retries, operation, opened, places);
    this.alterations = new LiveAlterations(session, resolver, operation.id().position());
  }

  /**
   * Does it and records it.
   *
   * @param stages by table id: rows to merge
   * @param rows by table id: their plans
   * @param foreseen what checks have found before
   */
  OperationResult run(
      Map<String, StagedTable> stages, Map<String, PlannedRows> rows, ForeseenChecks foreseen) {
    Map<String, StagedTable> staged = new LinkedHashMap<>(stages);
    alterations.forget(operation.tables().stream().map(t -> t.table().table()).toList());
    OperationLocks.Locked locked = locks.take();
    dropped.addAll(locked.dropped());
    foreseen.look(session);
    new CaptureCheck(session, resolver, operation).require(locked.tables());
    OpenTables open =
        new OpenTables(session, resolver, operation.branch(), locked.tables(), opened);
    List<OperationTable> tables = open.push(locked.placed());
    open.requireLooked(operation.tables().stream().map(t -> t.table().table()).toList());
    Map<String, RowsLocation> locations = new LinkedHashMap<>();
    operation.tables().forEach(t -> locations.put(t.table().table().id(), t.table().head()));
    Map<String, String> touched = Map.of();
    if (operation.live().isEmpty()) {
      new PendingRows(session).requireNone(tables);
    } else {
      touched = reconcile(tables, staged, rows);
      commitLive(tables);
    }
    Map<String, TableSchema> found = schemas();
    if (tables.stream().anyMatch(table -> LiveAlterations.step(table) != null)) {
      places.makeRoom(tables);
    }
    tables = alterations.begin(tables);
    for (OperationTable table : tables) {
      if (LiveAlterations.step(table) != null) {
        staged.computeIfPresent(table.id(), (_, stage) -> stage.retyped(session, table.columns()));
      }
      if (touched.containsKey(table.id())) {
        staged
            .get(table.id())
            .reconcile(session, table.live(), touched.get(table.id()), rows.get(table.id()));
      }
    }
    if (!operation.branch().isDefault()) {
      open.requireRegisteredParents();
      if (stages.isEmpty()) {
        MadeObjects.neededByRows(session, operation);
      }
      tables.stream()
          .filter(table ->
              !(table.operation() instanceof CommitWorkingSet)
                  || opened.altered().containsKey(table.id()))
          .forEach(places::showColumns);
      opened.altered().keySet().forEach(places::noteCommitted);
    }
    // first, so that references of merged rows are looked up where they will lead
    for (OperationTable table : tables) {
      if (table.operation() instanceof Repoint repoint) {
        locations.put(table.id(), places.repoint(table, repoint));
      }
    }
    if (!staged.isEmpty()) {
      staged.forEach((id, stage) -> {
        if (stage.isLarge()) {
          large.add(id);
        }
      });
      merge(tables, staged);
      alterations.number();
      if (operation.branch().isDefault()) {
        new SchemaRules(session, others, tables).check();
      }
      tables = alterations.end(tables, operation.role());
      foreseen.lookAtWritten(
          session,
          staged,
          tables.stream()
              .filter(table -> staged.containsKey(table.id()))
              .collect(Collectors.toMap(OperationTable::id, OperationTable::live)));
      session.run(KEYED_PLANS);
    }
    for (OperationTable table : tables) {
      switch (table.operation()) {
        case CommitWorkingSet commit ->
            locations.put(
                table.id(),
                open.large().containsKey(table.id())
                    ? commitOpen(table, commit.table().head(), open.large().get(table.id()))
                    : commit(table, commit.table().head(), position()));
        case MergeRows merge -> locations.put(table.id(), commitMerged(table, merge));
        case Repoint _ -> {}
        case Drop _ -> locations.remove(table.id());
      }
    }
    if (!operation.branch().isDefault()) {
      // rows that nobody wrote there come with the place that the branch sees
      new SchemaRules(session, others, tables).check();
    }
    for (OperationTable table : tables) {
      if (table.operation() instanceof Drop) {
        places.drop(table);
      }
    }
    places.passSequences();
    open.follow(staged);
    MadeObjects.onBranch(session, tables, StepStatements::last, operation.role());
    if (!operation.checks().isEmpty()) {
      Map<String, RowsLocation> left = new HashMap<>(live);
      left.putAll(locations);
      checks.run(session, operation, left, foreseen.found(), !foreseen.holds());
    }
    locations.keySet().removeAll(dropped);
    OperationResult result =
        new OperationResult(locations, live, committed, found, alterations.schemas(), dropped);
    new OperationRecords(session).insertDone(operation, result);
    return result;
  }

  /** What the tables of the default branch are like, where the log has it otherwise. */
  private Map<String, TableSchema> schemas() {
    if (!operation.branch().isDefault()) {
      return opened.altered();
    }
    Map<String, TableSchema> schemas = new HashMap<>();
    Stream.concat(operation.tables().stream().map(TableOperation::table), operation.live().stream())
        .map(BranchTable::table)
        .forEach(table -> {
          TableShape shape = resolver.live(session, table).shape();
          if (shape != null && !shape.schema().equals(recorded.get(table.id()))) {
            schemas.put(table.id(), shape.schema());
          }
        });
    return schemas;
  }

  /**
   * Plans rows anew that have live changes. Those of tables that will be altered are planned when
   * they are.
   *
   * @return by table id: keys of uncommitted changes of tables that will be altered
   */
  private Map<String, String> reconcile(
      List<OperationTable> tables, Map<String, StagedTable> staged, Map<String, PlannedRows> rows) {
    Map<String, String> touched = new HashMap<>();
    for (OperationTable table : tables) {
      StagedTable stage = staged.get(table.id());
      String keys = stage == null ? null : alterations.touched(table);
      if (keys != null) {
        touched.put(table.id(), keys);
      } else if (stage != null) {
        stage.reconcile(session, table.live(), table.live().workingSet(), rows.get(table.id()));
      }
    }
    return touched;
  }

  private long position() {
    return operation.id().position();
  }

  /**
   * Commits live changes, of all tables that are touched: those that the operation merges into, and
   * others that the same transactions of applications may have written.
   */
  private void commitLive(List<OperationTable> merged) {
    Map<String, OperationTable> left = new LinkedHashMap<>();
    operation.live().stream()
        .sorted(Comparator.comparing((BranchTable table) -> table.table().id()))
        .forEach(table -> left.put(table.table().id(), liveTable(table)));
    List<OperationTable> touched = new ArrayList<>();
    for (OperationTable table : merged) {
      // one that comes with the merge has no live changes
      if (table.operation() instanceof MergeRows && left.containsKey(table.id())) {
        touched.add(left.remove(table.id()));
      }
    }
    touched.addAll(locks.takeTouched(left));
    session.run(KEYED_PLANS);
    for (OperationTable table : touched) {
      RowsLocation head = table.operation().table().head();
      RowsLocation location = commit(table, head, operation.livePosition());
      if (!location.equals(head)) {
        live.put(table.id(), location);
      }
    }
    JoinStrategy.PLANNER.set(session);
  }

  private OperationTable liveTable(BranchTable table) {
    return locks.find(new CommitWorkingSet(table), Map.of());
  }

  private void merge(List<OperationTable> tables, Map<String, StagedTable> staged) {
    List<MergedTable> merged = new ArrayList<>();
    for (OperationTable table : tables) {
      if (table.operation() instanceof MergeRows) {
        merged.add(
            new MergedTable(
                table.handle(),
                staged.get(table.id()),
                table.working(),
                opened.isDefined(table.id())));
      }
    }
    if (merged.isEmpty()) {
      return;
    }
    JoinStrategy.PLANNER.set(session);
    new MergeValidation(session, others, merged).check();
    if (operation.branch().isDefault()) {
      LiveWriter writer = new LiveWriter(session);
      for (OperationTable table : tables) {
        if (table.operation() instanceof MergeRows) {
          writer.add(table.handle().path(), staged.get(table.id()), table.live());
        }
      }
      writer.write();
      return;
    }
    for (OperationTable table : tables) {
      if (table.operation() instanceof MergeRows merge) {
        new OverlayWriter(session, table.id(), table.columns(), table.overlay())
            .write(
                staged.get(table.id()),
                (PhysicalState.Overlaid) table.working(),
                merge.anchor(),
                merge.reshaped());
      }
    }
  }

  private RowsLocation commitMerged(OperationTable table, MergeRows merge) {
    RowsLocation head = live.getOrDefault(table.id(), merge.table().head());
    if (operation.branch().isDefault()) {
      return commit(table, head, position());
    }
    boolean moved = merge.anchor() != table.placement().anchor();
    if (moved) {
      places.place(table, new RowsLocation(merge.anchor(), null, 0));
    }
    BranchPlacement placed =
        new BranchPlacement(
            true,
            merge.anchor(),
            null,
            0,
            table.placement().layers(),
            table.placement().open(),
            table.placement().scratch(),
            false);
    RowsLocation committed =
        commit(
            new OperationTable(
                merge, table.branch(), table.columns(), table.live(), placed, table.overlay()),
            head,
            position());
    return moved
        ? new RowsLocation(merge.anchor(), operation.branch().id(), position())
        : committed;
  }

  /** Commits an open table; where the rows are then. */
  private RowsLocation commitOpen(OperationTable table, RowsLocation head, long keys) {
    OpenTableCommit.Committed done =
        new OpenTableCommit(
                session,
                table.columns(),
                table.live(),
                table.overlay(),
                table.open(),
                table.placement().anchor())
            .commit(keys, position());
    JoinStrategy.PLANNER.set(session);
    session.run(KEYED_PLANS);
    if (done.tellsAll()) {
      committed.put(table.id(), done.rows());
    }
    return done.changed() == 0
        ? head
        : new RowsLocation(table.placement().anchor(), table.branch().id(), position());
  }

  /** Moves the working set to the history; where the rows are then. */
  private RowsLocation commit(OperationTable table, RowsLocation head, long position) {
    WorkingSetCommit commit =
        new WorkingSetCommit(session, table, position, alterations.kept(table));
    if (!table.branch().isDefault() && table.overlay() == null) {
      return head;
    }
    WorkingSetCommit.Moved moved =
        !table.branch().isDefault()
            ? commit.overlay()
            : large.contains(table.id()) ? commit.manyLive() : commit.live();
    if (table.operation() instanceof CommitWorkingSet && moved.tellsAll()) {
      committed.put(table.id(), moved.rows());
    }
    if (moved.changed() == 0) {
      return head;
    }
    if (!table.branch().isDefault()) {
      return new RowsLocation(table.placement().anchor(), table.branch().id(), position);
    }
    session.send(
        "UPDATE epoch.branch_tables SET anchor = $1 WHERE branch_id = $2 AND table_id = $3",
        position,
        table.branch().id(),
        table.id());
    return RowsLocation.live(position);
  }
}
