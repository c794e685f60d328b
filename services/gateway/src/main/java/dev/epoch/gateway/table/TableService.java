package dev.epoch.gateway.table;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.RegisterTableV1;
import dev.epoch.events.command.RemoveTableV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.gateway.branch.BranchRegistrar;
import dev.epoch.gateway.operation.OperationPlans;
import dev.epoch.gateway.operation.Recovery;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.storage.StorageService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.TableContent;
import dev.epoch.model.schema.SchemaHash;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.Removal;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TableStore.Introspection;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchOwnTables;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/** Tables: version one, stop versioning one. */
public final class TableService {
  private static final String REGISTER = "register-table";
  private static final String REMOVE = "remove-table";

  private final Backends backends;
  private final StorageService storages;
  private final TablePlaces places;
  private final BranchRegistrar registrar;
  private final Recovery recovery;
  private final Failpoints failpoints;
  private final Map<String, Progress> running = new ConcurrentHashMap<>();

  public TableService(
      Backends backends,
      StorageService storages,
      BranchRegistrar registrar,
      Recovery recovery,
      Failpoints failpoints) {
    this.backends = backends;
    this.storages = storages;
    this.places = new TablePlaces(backends, storages);
    this.registrar = registrar;
    this.recovery = recovery;
    this.failpoints = failpoints;
  }

  /**
   * Which table to version.
   *
   * @param name in the repository
   * @param location URL of the table, or with a path that of its database, or null
   * @param storageName storage it is in where no location is given; null for the default one
   * @param path inside the storage or database, null for the name
   * @param primaryKey columns, empty to find it
   * @param branch name of the branch that it was made on, null for the default branch
   */
  public record Request(
      String name,
      String location,
      String storageName,
      String path,
      List<String> primaryKey,
      String branch) {

    /** A live table. */
    public Request(
        String name, String location, String storageName, String path, List<String> primaryKey) {
      this(name, location, storageName, path, primaryKey, null);
    }
  }

  /** How far a registration is: rows read of about so many. */
  public record Progress(AtomicLong done, long total) {}

  /** The registration of this table that is running now. */
  public Optional<Progress> progress(String repository, String table) {
    return Optional.ofNullable(running.get(repository + "/" + table));
  }

  public RegisteredTable register(LiveRepository repository, Request request, Caller caller) {
    BranchState branch = branch(repository.state(), request.branch());
    boolean live = repository.state().isDefault(branch);
    TablePlaces.Place place = places.place(repository, request, live, caller);
    StorageAdapter adapter = backends.adapters().adapter(place.storage());
    BranchHandle on = Backends.handle(repository.state(), branch);
    Introspection found =
        live
            ? adapter.introspect(place.path(), request.primaryKey())
            : own(adapter, place.storage()).introspect(on, place.path(), request.primaryKey());
    return register(
        repository,
        branch,
        adapter,
        new RegisterTableV1(
            request.name(),
            place.storage().name(),
            place.path().schema(),
            place.path().table(),
            found.schema(),
            live ? null : branch.name(),
            null),
        found,
        Making.NOTHING,
        caller);
  }

  /** What makes a table that is registered at once. */
  public interface Making {
    /** Of a table that is there. */
    Making NOTHING =
        new Making() {
          @Override
          public void make(OperationId operation) {}

          @Override
          public void unmake(OperationId operation) {}

          @Override
          public void keep(OperationId operation) {}
        };

    void make(OperationId operation);

    /** Takes back what was made. */
    void unmake(OperationId operation);

    /** The table is registered. */
    void keep(OperationId operation);
  }

  /** Makes a live table and registers it: both or nothing. */
  public RegisteredTable registerMade(
      LiveRepository repository, RegisterTableV1 command, Making making, Caller caller) {
    StorageAdapter adapter =
        backends.adapters().adapter(storages.namedOrDefault(repository.state(), command.storage()));
    return register(
        repository,
        repository.state().defaultBranch(),
        adapter,
        command,
        new Introspection(command.schema(), 0),
        making,
        caller);
  }

  private RegisteredTable register(
      LiveRepository repository,
      BranchState branch,
      StorageAdapter adapter,
      RegisterTableV1 command,
      Introspection found,
      Making making,
      Caller caller) {
    String name = repository.name() + "/" + command.name();
    ReentrantLock lock = repository.branchLock(branch.id());
    lock.lock();
    try {
      StepResult prepared = repository.step(command, caller).orRefuse();
      if (prepared.former().isPresent()) {
        return get(prepared.state(), command.name());
      }
      OperationState operation = operation(prepared);
      running.put(name, new Progress(new AtomicLong(), found.estimatedRows()));
      RegisteredTable table;
      try {
        failpoints.reach(REGISTER + ".prepared");
        making.make(OperationPlans.id(operation));
        failpoints.reach(REGISTER + ".made");
        table = install(repository, adapter, operation, caller);
      } catch (RuntimeException failure) {
        throw undo(repository, adapter, operation, making, caller, failure);
      }
      making.keep(OperationPlans.id(operation));
      RaisedFields.rule(repository, table, found.raised(), caller);
      return table;
    } finally {
      running.remove(name);
      lock.unlock();
    }
  }

  private RegisteredTable install(
      LiveRepository repository, StorageAdapter adapter, OperationState operation, Caller caller) {
    OperationPlan.RegisterTable plan = (OperationPlan.RegisterTable) operation.plan();
    TableHandle handle = Recovery.handle(repository.state(), plan);
    RepositoryState state = repository.state();
    BranchState branch = state.branches().byId().get(operation.branchId());
    if (state.isDefault(branch)) {
      adapter.install(OperationPlans.id(operation), handle);
    } else {
      adapter
          .ownTables()
          .orElseThrow()
          .adopt(OperationPlans.id(operation), Backends.handle(state, branch), handle);
    }
    failpoints.reach(REGISTER + ".applied.1");
    Progress progress = running.get(repository.name() + "/" + plan.name());
    TableState baseline = new TableState.Committed(RowsLocation.live(operation.position()));
    TableContent content;
    try (RowStream<Row> rows = adapter.rows(handle, baseline, RowQuery.all())) {
      content = TableContent.of(plan.schema(), rows, progress.done()::lazySet);
    }
    failpoints.reach(REGISTER + ".completing");
    StepResult registered =
        repository
            .step(
                new Continuation.CompleteRegistration(
                    operation.id(),
                    content.rows(),
                    content.sum().hash(),
                    content.sum().toBase64(),
                    SchemaHash.of(plan.schema())),
                caller,
                caller.key(REGISTER))
            .orRefuse();
    failpoints.reach(REGISTER + ".completed");
    registrar.tell(repository, operation.branchId());
    return registered.state().tables().byId().get(plan.tableId());
  }

  private RuntimeException undo(
      LiveRepository repository,
      StorageAdapter adapter,
      OperationState operation,
      Making making,
      Caller caller,
      RuntimeException failure) {
    if (!repository.state().operations().containsKey(operation.id())) {
      return failure;
    }
    try {
      adapter.remove(
          Recovery.handle(repository.state(), (OperationPlan.RegisterTable) operation.plan()),
          Removal.OF_EVERYTHING);
      making.unmake(OperationPlans.id(operation));
      repository.step(
          new Continuation.Abort(
              operation.id(), Code.OPERATION_FAILED.name(), String.valueOf(failure.getMessage())),
          caller,
          caller.key(REGISTER));
      return failure;
    } catch (StorageException
        | LogUnavailableException
        | AppendOutcomeUnknownException unreachable) {
      return recovery.leaveInDoubt(repository, operation, failure);
    }
  }

  /**
   * Stops versioning a table, and takes away all that stands beside it or refers to it. Uncommitted
   * changes, on whichever branch, need force: nothing tells them apart afterwards. Whether it is
   * allowed is asked before anything is prepared; what fails for another reason than an unreachable
   * database leaves all as it was.
   *
   * @param branch whose next commit is without it; null: the default branch
   * @param purge whether commits cannot read it afterwards; then what earlier removals of this name
   *     kept goes too, also where no table has the name now
   */
  public void remove(
      LiveRepository repository,
      String name,
      String branch,
      boolean force,
      boolean purge,
      Caller caller) {
    ReentrantLock lock = repository.branchLock(repository.state().defaultBranch().id());
    lock.lock();
    try {
      RepositoryState before = repository.state();
      before
          .tables()
          .named(name)
          .ifPresent(table -> {
            try {
              backends.requireRemovable(before, table, force, !purge);
            } catch (PendingChangesException pending) {
              throw refused(pending);
            }
          });
      StepResult prepared =
          repository.step(new RemoveTableV1(name, force, !purge, branch), caller).orRefuse();
      if (prepared.former().isPresent()) {
        return;
      }
      OperationState operation = operation(prepared);
      try {
        failpoints.reach(REMOVE + ".prepared");
        removed(repository, prepared.state(), operation, caller);
        failpoints.reach(REMOVE + ".applied.1");
        repository
            .step(new Continuation.CompleteRemoval(operation.id()), caller, caller.key(REMOVE))
            .orRefuse();
        failpoints.reach(REMOVE + ".completed");
      } catch (StorageUnavailableException
          | OutcomeUnknownException
          | LogUnavailableException
          | AppendOutcomeUnknownException unreachable) {
        throw recovery.leaveInDoubt(repository, operation, unreachable);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Removes it from its database; if that says no, the operation ends without effect. */
  private void removed(
      LiveRepository repository, RepositoryState state, OperationState operation, Caller caller) {
    try {
      backends.remove(state, (OperationPlan.RemoveTable) operation.plan());
    } catch (StorageUnavailableException | OutcomeUnknownException unreachable) {
      throw unreachable;
    } catch (StorageException refused) {
      repository.step(
          new Continuation.Abort(
              operation.id(), Code.OPERATION_FAILED.name(), String.valueOf(refused.getMessage())),
          caller,
          caller.key(REMOVE));
      throw refused instanceof PendingChangesException pending ? refused(pending) : refused;
    }
  }

  /** The default branch where none is named. */
  private static BranchState branch(RepositoryState state, String name) {
    return name == null ? state.defaultBranch() : References.branch(state, name);
  }

  private static BranchOwnTables own(StorageAdapter adapter, StorageState storage) {
    return adapter
        .ownTables()
        .orElseThrow(() ->
            new RefusedException(
                Code.VALIDATION,
                "Tables of storage '"
                    + storage.name()
                    + "' are made on the default branch: register it without a branch",
                Map.of("storage", storage.name())));
  }

  private static RefusedException refused(PendingChangesException pending) {
    return new RefusedException(
        Code.UNCOMMITTED_CHANGES,
        pending.getMessage(),
        Map.of(
            "table",
            pending.tables().getFirst(),
            "branches",
            pending.branches(),
            "remedy",
            pending.remedy()));
  }

  /**
   * Looks at the table in its database: what Epoch keeps beside it follows changes of its columns.
   *
   * @return the table; fails if another one has its name
   */
  public RegisteredTable refresh(RepositoryState state, String name) {
    RegisteredTable table = get(state, name);
    backends.schemas(
        state,
        state.defaultBranch(),
        Backends.tables(state, state.defaultBranch()).stream()
            .filter(candidate -> candidate.table().id().equals(table.id()))
            .toList());
    return table;
  }

  public static RegisteredTable get(RepositoryState state, String name) {
    return state
        .tables()
        .named(name)
        .orElseThrow(() ->
            new RefusedException(
                Code.TABLE_NOT_FOUND,
                "Table '" + name + "' is not registered",
                Map.of("table", name)));
  }

  private static OperationState operation(StepResult prepared) {
    return prepared
        .state()
        .operations()
        .get(prepared.event(OperationPreparedV1.class).orElseThrow().operationId());
  }
}
