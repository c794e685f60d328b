package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.Drop;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.Repoint;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.capture.WorkingSetProbes;
import dev.epoch.storage.postgres.catalog.TableShape;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import dev.epoch.storage.postgres.query.StateChecks;
import dev.epoch.storage.postgres.state.BranchPlacement;
import dev.epoch.storage.postgres.state.JoinStrategy;
import dev.epoch.storage.postgres.state.PhysicalState;
import dev.epoch.storage.postgres.state.StateResolver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private final LockRetries retries;
  private final Operation operation;
  private final Map<String, TableSchema> recorded;
  private final OpenSchemas opened;
  private final MergeValidation.OtherTables others;
  private final StateChecks checks;
  private final BranchPlaces places;
  private final LiveAlterations alterations;
  private final Map<String, RowsLocation> live = new HashMap<>();
  private final Map<String, List<RowChange>> committed = new HashMap<>();
  private final Set<String> dropped = new HashSet<>();

  /** Whether the tables' places are looked for under their locks. */
  private boolean placed;

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
    this.retries = retries;
    this.operation = operation;
    this.recorded = recorded;
    this.opened = opened;
    this.others = others;
    this.checks = checks;
    this.places = new BranchPlaces(session, operation, opened);
    this.alterations = new LiveAlterations(session, resolver, operation.id().position());
  }

  /**
   * Does it and records it.
   *
   * @param staged by table id: rows to merge
   * @param rows by table id: their plans
   */
  OperationResult run(Map<String, StagedTable> staged, Map<String, PlannedRows> rows) {
    alterations.forget(operation.tables().stream().map(t -> t.table().table()).toList());
    List<OperationTable> locked = lock();
    OpenTables open = new OpenTables(session, resolver, operation.branch(), locked, opened);
    List<OperationTable> tables = open.push(placed);
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
    tables = alterations.begin(tables);
    for (OperationTable table : tables) {
      if (touched.containsKey(table.id())) {
        staged
            .get(table.id())
            .reconcile(session, table.live(), touched.get(table.id()), rows.get(table.id()));
      }
    }
    if (!operation.branch().isDefault()) {
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
      merge(tables, staged);
      alterations.number();
      new SchemaRules(session, others, tables).check();
      tables = alterations.end(tables);
      session.run(KEYED_PLANS);
    }
    for (OperationTable table : tables) {
      switch (table.operation()) {
        case CommitWorkingSet commit ->
            locations.put(table.id(), commit(table, commit.table().head(), position()));
        case MergeRows merge -> locations.put(table.id(), commitMerged(table, merge));
        case Repoint _ -> {}
        case Drop _ -> locations.remove(table.id());
      }
    }
    for (OperationTable table : tables) {
      if (table.operation() instanceof Drop) {
        places.drop(table);
      }
    }
    places.passSequences();
    open.follow(staged);
    if (!operation.checks().isEmpty()) {
      Map<String, RowsLocation> left = new HashMap<>(live);
      left.putAll(locations);
      checks.run(session, operation.checks(), left);
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
    touched.addAll(lockTouched(left));
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
    return find(new CommitWorkingSet(table), operation.branch(), Map.of());
  }

  /**
   * Takes all locks, in the order of table ids; what is read afterwards stays true.
   *
   * @return the tables to work on
   */
  private List<OperationTable> lock() {
    BranchHandle branch = operation.branch();
    List<TableOperation> ordered =
        operation.tables().stream()
            .sorted(Comparator.comparing((TableOperation t) -> t.table().table().id()))
            .toList();
    if (!branch.isDefault()) {
      for (TableOperation table : ordered) {
        places.bringBack(table);
        if (table instanceof MergeRows) {
          session.list(
              "SELECT epoch.ensure_overlay($1, $2)::text",
              row -> row,
              branch.id(),
              table.table().table().id());
        } else if (table instanceof Repoint repoint) {
          places.bring(repoint);
        }
      }
    }
    List<String> ids = ordered.stream().map(t -> t.table().table().id()).toList();
    boolean commitsOnly = ordered.stream().allMatch(CommitWorkingSet.class::isInstance);
    Collection<TableHandle> handles =
        Stream.concat(
                ordered.stream().map(t -> t.table().table()),
                operation.live().stream().map(BranchTable::table))
            .distinct()
            .toList();
    Runnable fitting =
        commitsOnly
            ? resolver.assumeShape(session, handles)
            : resolver.checkShape(session, handles);
    Map<String, BranchPlacement> layered = commitsOnly ? layered(ids) : Map.of();
    Map<String, BranchPlacement> placements =
        layered.isEmpty() ? placements(ids, commitsOnly) : layered;
    fitting.run();
    List<OperationTable> tables = new ArrayList<>();
    for (TableOperation table : ordered) {
      tables.add(find(table, branch, placements));
    }
    dropped.addAll(places.commitDrops(tables));
    tables.removeIf(table -> dropped.contains(table.id()));
    if (!layered.isEmpty()) {
      lockWorkingSets(tables);
      resolver.assumePlacement(session, branch, ids.getFirst(), layered);
      placed = true;
      return tables;
    }
    if (commitsOnly) {
      return tables.size() == 1 ? lockWorkingSets(tables) : lockTouched(tables);
    }
    StringBuilder locks = new StringBuilder(retries.setting());
    for (OperationTable table : tables) {
      if (LiveAlterations.step(table) != null
          || branch.isDefault() && table.operation() instanceof Drop) {
        // at once: whoever waits for a stronger lock later waits for those that wait for this one
        locks
            .append("; LOCK TABLE ")
            .append(table.live().rows())
            .append(" IN ACCESS EXCLUSIVE MODE");
      } else if (branch.isDefault() && table.operation() instanceof MergeRows) {
        usersTable(table).ifPresent(users -> addLock(locks, users));
        addLock(locks, table.live().rows());
      }
      if (table.writtenSet() != null) {
        addLock(locks, table.writtenSet());
      }
    }
    session.run(locks.toString());
    places.requireUnwritten(tables);
    return tables;
  }

  /** The place of a single table that is known to be in layers alone, else nothing. */
  private Map<String, BranchPlacement> layered(List<String> tables) {
    return tables.size() == 1 && resolver.isKnownLayered(operation.branch(), tables.getFirst())
        ? resolver.knownPlacement(operation.branch(), tables.getFirst())
        : Map.of();
  }

  private Map<String, BranchPlacement> placements(List<String> tables, boolean commitsOnly) {
    BranchHandle branch = operation.branch();
    if (branch.isDefault()) {
      return Map.of();
    }
    if (!commitsOnly) {
      return resolver.lockPlacements(session, branch, tables);
    }
    return tables.size() == 1
        ? resolver.findPlacement(session, branch, tables.getFirst())
        : resolver.placements(session, branch, tables);
  }

  private List<OperationTable> lockWorkingSets(List<OperationTable> tables) {
    List<String> locks = new ArrayList<>();
    for (OperationTable table : tables) {
      if (table.writtenSet() != null) {
        locks.add("LOCK TABLE " + table.writtenSet() + " IN SHARE ROW EXCLUSIVE MODE");
      }
    }
    if (!locks.isEmpty()) {
      session.send(String.join("; ", locks));
    }
    return tables;
  }

  /**
   * Locks the working sets that have entries, and those of altered tables, and looks again: a
   * transaction that wrote one of them and was waited for, or was committed meanwhile, may have
   * written others too, and may have made overlays for it.
   */
  private List<OperationTable> lockTouched(List<OperationTable> tables) {
    Map<String, OperationTable> left = new LinkedHashMap<>();
    tables.forEach(table -> left.put(table.id(), table));
    return lockTouched(left);
  }

  private List<OperationTable> lockTouched(Map<String, OperationTable> left) {
    List<OperationTable> locked = new ArrayList<>();
    while (true) {
      Map<String, String> workingSets = new LinkedHashMap<>();
      for (OperationTable table : left.values()) {
        if (table.writtenSet() != null) {
          workingSets.put(table.id(), table.writtenSet());
        }
      }
      Set<String> touched = new HashSet<>(WorkingSetProbes.touched(session, workingSets));
      // sessions may have altered a table without a row that is another then
      left.keySet().stream().filter(opened.altered()::containsKey).forEach(touched::add);
      if (touched.isEmpty()) {
        return locked;
      }
      locked.addAll(
          lockWorkingSets(
              left.values().stream().filter(table -> touched.contains(table.id())).toList()));
      left.keySet().removeAll(touched);
      findNewOverlays(left);
    }
  }

  private void findNewOverlays(Map<String, OperationTable> tables) {
    List<String> without =
        tables.values().stream()
            .filter(table -> table.workingSet() == null)
            .map(OperationTable::id)
            .toList();
    if (without.isEmpty()) {
      return;
    }
    Map<String, BranchPlacement> placements =
        resolver.placements(session, operation.branch(), without);
    for (String id : without) {
      tables.put(id, find(tables.get(id).operation(), operation.branch(), placements));
    }
  }

  /** The users' table where Epoch's rows are forwarded to it: locked first, as writers do it. */
  static Optional<String> usersTable(OperationTable table) {
    return table.handle().schema().appendOnly()
        ? Optional.of(
            Quote.qualified(table.handle().path().schema(), table.handle().path().table()))
        : Optional.empty();
  }

  private static void addLock(StringBuilder locks, String relation) {
    locks.append("; LOCK TABLE ").append(relation).append(" IN SHARE ROW EXCLUSIVE MODE");
  }

  private OperationTable find(
      TableOperation table, BranchHandle branch, Map<String, BranchPlacement> placements) {
    TableHandle handle = table.table().table();
    BranchPlacement placement = placements.get(handle.id());
    if (!branch.isDefault() && placement == null) {
      throw StorageUnavailableException.untold(
          "Branch " + branch.name() + " has no table " + handle.name(), null);
    }
    try {
      return OperationTable.of(session, resolver, table, branch, placements);
    } catch (ShapeMovedException moved) {
      // it may be what is known of the place that is out of date
      resolver.forgetPlacement(branch, handle.id());
      throw moved;
    }
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

  /** Moves the working set to the history; where the rows are then. */
  private RowsLocation commit(OperationTable table, RowsLocation head, long position) {
    WorkingSetCommit commit =
        new WorkingSetCommit(session, table, position, alterations.kept(table));
    if (!table.branch().isDefault() && table.overlay() == null) {
      return head;
    }
    WorkingSetCommit.Moved moved = table.branch().isDefault() ? commit.live() : commit.overlay();
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
