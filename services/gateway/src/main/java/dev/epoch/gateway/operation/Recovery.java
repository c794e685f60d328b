package dev.epoch.gateway.operation;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.storage.Bookkeeping;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.InDoubtException;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.NotOwnerException;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.Removal;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.FormerOwnerException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.operation.OperationExecutor;
import dev.epoch.storage.operation.OperationResult;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Finishes or undoes operations that a stopped process, or an unreachable database, left in doubt.
 *
 * <pre>
 *   every part of it applied ?   yes -> read what changed, complete        (rolled forward)
 *                                no  -> revert where applied, abort        (rolled back)
 * </pre>
 */
public final class Recovery implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Recovery.class.getName());
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final OperationPlans operations;
  private final Backends backends;
  private final Failpoints failpoints;
  private final Bookkeeping bookkeeping = new Bookkeeping();
  private final Set<UUID> inDoubt = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("epoch-recovery").factory());

  public Recovery(OperationPlans operations, Backends backends, Failpoints failpoints) {
    this.operations = operations;
    this.backends = backends;
    this.failpoints = failpoints;
  }

  /**
   * Settles every operation that the log has in doubt, oldest first; those whose databases are away
   * are tried again later.
   */
  public void sweep(LiveRepository repository) {
    List<OperationState> open =
        repository.state().operations().values().stream()
            .sorted(Comparator.comparingLong(OperationState::position))
            .toList();
    for (OperationState operation : open) {
      try {
        interrupt(repository.state(), operation);
        settle(repository, operation);
      } catch (RuntimeException e) {
        leaveInDoubt(repository, operation, e);
      }
    }
  }

  /** A former owner that is paused within its transaction would keep everybody waiting. */
  private void interrupt(RepositoryState state, OperationState operation) {
    if (!(operation.plan() instanceof OperationPlan.Commit)
        && !(operation.plan() instanceof OperationPlan.Merge)) {
      return;
    }
    for (OperationPart part : operations.physical(state, operation)) {
      try {
        part.adapter().interrupt(part.operation().id());
      } catch (StorageException later) {
        LOG.log(Level.FINE, later, () -> "Who is at operation " + operation.id() + " goes on");
      }
    }
  }

  /** Settles one operation now, and leaves it in doubt if that cannot be done now. */
  StepResult settleSoon(
      LiveRepository repository,
      OperationState operation,
      Caller caller,
      String kind,
      RuntimeException cause) {
    try {
      StepResult settled = settle(repository, operation);
      if (settled.rejection().isPresent()) {
        throw cause;
      }
      return settled;
    } catch (RuntimeException e) {
      if (e == cause) {
        throw e;
      }
      throw leaveInDoubt(repository, operation, cause);
    }
  }

  /** Gives up for now; recovery tries again until it is settled. */
  public InDoubtException leaveInDoubt(
      LiveRepository repository, OperationState operation, Throwable cause) {
    LOG.log(
        Level.WARNING,
        cause,
        () -> "Operation " + operation.id() + " of " + repository.name() + " is in doubt");
    if (inDoubt.add(operation.id())) {
      scheduler.schedule(
          () -> retry(repository, operation), RETRY.toMillis(), TimeUnit.MILLISECONDS);
    }
    return new InDoubtException(operation.id(), cause);
  }

  /** Settles, in the background, an operation that is stored and that nobody was told of. */
  public void onFound(LiveRepository repository, OperationState operation) {
    LOG.warning(() ->
        "Operation "
            + operation.id()
            + " of "
            + repository.name()
            + " was stored, and the log's answer lost");
    if (inDoubt.add(operation.id())) {
      retry(repository, operation);
    }
  }

  private void retry(LiveRepository repository, OperationState operation) {
    Thread.startVirtualThread(() -> {
      try {
        settle(repository, operation);
        inDoubt.remove(operation.id());
      } catch (NotOwnerException replaced) {
        // its owner settles it; this server does when it takes the repository over again
        inDoubt.remove(operation.id());
      } catch (RuntimeException e) {
        LOG.log(Level.FINE, e, () -> "Operation " + operation.id() + " is still in doubt");
        scheduler.schedule(
            () -> retry(repository, operation), RETRY.toMillis(), TimeUnit.MILLISECONDS);
      }
    });
  }

  private StepResult settle(LiveRepository repository, OperationState operation) {
    if (!repository.state().operations().containsKey(operation.id())) {
      return nothing(repository.state());
    }
    long fence = repository.confirmOwner();
    // what another owner has settled before this one
    RepositoryState state = repository.state();
    if (!state.operations().containsKey(operation.id())) {
      return nothing(state);
    }
    Caller original = new Caller(operation.actor(), operation.command(), null);
    failpoints.reach("recovery.started");
    StepResult result =
        switch (operation.plan()) {
          case OperationPlan.RegisterTable plan -> {
            removeCapture(state, plan, OperationPlans.id(operation));
            yield abort(repository, operation, original, Map.of(plan.name(), "reverted"));
          }
          case OperationPlan.RemoveTable plan -> {
            try {
              backends.remove(state, plan);
            } catch (StorageUnavailableException | OutcomeUnknownException | BusyException away) {
              throw away;
            } catch (StorageException refused) {
              // it says no, and would say so again: nothing was removed
              yield abort(
                  repository,
                  operation,
                  original,
                  Map.of(plan.name(), "not_applied"),
                  "The table could not be removed: " + refused.getMessage());
            }
            yield complete(
                repository,
                operation,
                original,
                new OperationResult(Map.of()),
                Map.of(plan.name(), "applied"));
          }
          case OperationPlan.Commit plan -> settleRows(repository, operation, original, fence);
          case OperationPlan.Merge plan -> settleRows(repository, operation, original, fence);
        };
    failpoints.reach("recovery.completed");
    return result;
  }

  private static StepResult nothing(RepositoryState state) {
    return new StepResult(List.of(), Optional.empty(), Optional.empty(), state, state.version(), 0);
  }

  private StepResult settleRows(
      LiveRepository repository, OperationState operation, Caller original, long fence) {
    RepositoryState state = repository.state();
    List<OperationPart> parts = operations.physical(state, operation);
    Map<String, String> tables = new LinkedHashMap<>();
    Map<String, RowsLocation> locations = new HashMap<>();
    Map<String, RowsLocation> live = new HashMap<>();
    Map<String, TableSchema> schemas = new HashMap<>();
    Map<String, TableSchema> altered = new HashMap<>();
    Set<String> dropped = new HashSet<>();
    boolean all = true;
    for (OperationPart part : parts) {
      var result = part.adapter().settle(part.operation().id(), fence);
      result.ifPresent(done -> {
        locations.putAll(done.locations());
        live.putAll(done.live());
        schemas.putAll(done.schemas());
        altered.putAll(done.altered());
        dropped.addAll(done.dropped());
      });
      all &= result.isPresent();
      part.operation()
          .tables()
          .forEach(table ->
              tables.put(
                  table.table().table().name(), result.isPresent() ? "applied" : "not_applied"));
    }
    if (all) {
      return complete(
          repository,
          operation,
          original,
          new OperationResult(locations, live, Map.of(), schemas, altered, dropped),
          tables);
    }
    revert(state, operation, fence);
    tables.replaceAll((table, was) -> was.equals("applied") ? "reverted" : was);
    return abort(repository, operation, original, tables);
  }

  private StepResult complete(
      LiveRepository repository,
      OperationState operation,
      Caller original,
      OperationResult done,
      Map<String, String> tables) {
    // the branch may have fewer tables afterwards
    RepositoryState before = repository.state();
    StepResult completed =
        step(repository, operations.completion(before, operation, done), operation, original);
    audit(repository, operation, "rolled_forward", tables, "every database had applied it");
    forget(before, operation);
    return completed;
  }

  private StepResult abort(
      LiveRepository repository,
      OperationState operation,
      Caller original,
      Map<String, String> tables) {
    return abort(
        repository,
        operation,
        original,
        tables,
        "The server stopped, or lost its database, before the operation was done; it was undone");
  }

  private StepResult abort(
      LiveRepository repository,
      OperationState operation,
      Caller original,
      Map<String, String> tables,
      String why) {
    StepResult aborted =
        step(
            repository,
            new Continuation.Abort(operation.id(), Code.OPERATION_FAILED.name(), why),
            operation,
            original);
    audit(repository, operation, "rolled_back", tables, "not every database had applied it");
    return aborted;
  }

  /** With the idempotency key of the command, so that its retry learns the outcome. */
  private StepResult step(
      LiveRepository repository,
      Continuation continuation,
      OperationState operation,
      Caller original) {
    return repository.step(continuation, original, operation.idempotencyKey());
  }

  private void audit(
      LiveRepository repository,
      OperationState operation,
      String outcome,
      Map<String, String> tables,
      String reason) {
    repository.step(
        new Continuation.RecordRecovery(operation.id(), outcome, operation.actor(), tables, reason),
        new Caller(Actor.RECOVERY, operation.command(), null),
        null);
    LOG.info(() ->
        "Operation "
            + operation.id()
            + " of "
            + repository.name()
            + ": "
            + outcome
            + ", "
            + reason);
  }

  /**
   * Undoes what databases have done of the operation.
   *
   * @throws NotOwnerException if the log has another owner, who may have completed it
   * @throws FormerOwnerException if another one was the owner meanwhile, and has settled it
   */
  void revert(LiveRepository repository, OperationState operation) {
    long fence = repository.confirmOwner();
    RepositoryState state = repository.state();
    if (!state.operations().containsKey(operation.id())) {
      throw FormerOwnerException.of(OperationPlans.id(operation));
    }
    revert(state, operation, fence);
  }

  private void revert(RepositoryState state, OperationState operation, long fence) {
    long owner = fence == EventLog.UNOWNED ? OperationExecutor.ANY_OWNER : fence;
    operations
        .undone(state, operation)
        .forEach(part -> part.adapter().revert(part.operation(), owner));
  }

  private void removeCapture(
      RepositoryState state, OperationPlan.RegisterTable plan, OperationId operation) {
    StorageState storage = state.storages().byName().get(plan.storage());
    StorageAdapter adapter = backends.adapters().adapter(storage);
    TableHandle table = handle(state, plan);
    adapter.remove(table, Removal.OF_EVERYTHING);
    if (plan.origin() != null) {
      adapter.tableMaker().orElseThrow().unmake(operation, table.path());
    }
  }

  public static TableHandle handle(RepositoryState state, OperationPlan.RegisterTable plan) {
    return new TableHandle(
        state.name(),
        plan.tableId(),
        plan.name(),
        new TablePath(plan.schemaName(), plan.tableName()),
        plan.schema());
  }

  /** Tells the databases, in the background, that the log has the outcome. */
  void forget(RepositoryState state, OperationState operation) {
    operations
        .physical(state, operation)
        .forEach(part -> bookkeeping.done(part.adapter(), part.operation().id()));
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
  }
}
