package dev.epoch.gateway.operation;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.BusyException;
import dev.epoch.storage.ConstraintViolationsException;
import dev.epoch.storage.MergeOvertakenException;
import dev.epoch.storage.Operation;
import dev.epoch.storage.OperationResult;
import dev.epoch.storage.OutcomeUnknownException;
import dev.epoch.storage.PendingChangesException;
import dev.epoch.storage.PlannedRows;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageException;
import dev.epoch.storage.StorageUnavailableException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Takes a prepared operation through its databases to the one step in the log that makes it true,
 * or back.
 *
 * <pre>
 *   prepared --> apply in each database --> read what changed --> completed     (head moves)
 *                      | failure
 *                      v
 *                undo where applied --> aborted          anything unreachable --> in doubt, settled by recovery
 * </pre>
 */
public final class OperationRunner {
  private final OperationPlans operations;
  private final Recovery recovery;
  private final Failpoints failpoints;

  public OperationRunner(OperationPlans operations, Recovery recovery, Failpoints failpoints) {
    this.operations = operations;
    this.recovery = recovery;
    this.failpoints = failpoints;
  }

  /**
   * @param prepared the step whose event is the operation
   * @param kind wire name of the command
   * @param rows what to write, asked for once per table that is merged into
   * @return the completing step; a command that turns out to change nothing is refused in it
   */
  public StepResult run(
      LiveRepository repository,
      StepResult prepared,
      Caller caller,
      String kind,
      Function<String, PlannedRows> rows) {
    OperationPreparedV1 event = prepared.event(OperationPreparedV1.class).orElseThrow();
    RepositoryState state = prepared.state();
    OperationState operation = state.operations().get(event.operationId());
    Continuation completion;
    try {
      failpoints.reach(kind + ".prepared");
      OperationResult done = apply(state, operation, kind, rows);
      completion = operations.completion(state, operation, done);
      failpoints.reach(kind + ".completing");
    } catch (StorageUnavailableException
        | OutcomeUnknownException
        | LogUnavailableException unreachable) {
      return recovery.settleSoon(repository, operation, caller, kind, unreachable);
    } catch (RuntimeException failure) {
      return undo(repository, operation, caller, kind, failure);
    }
    try {
      StepResult completed = repository.step(completion, caller, caller.key(kind));
      failpoints.reach(kind + ".completed");
      recovery.forget(state, operation);
      return completed;
    } catch (LogUnavailableException | AppendOutcomeUnknownException unreachable) {
      throw recovery.leaveInDoubt(repository, operation, unreachable);
    }
  }

  private OperationResult apply(
      RepositoryState state,
      OperationState operation,
      String kind,
      Function<String, PlannedRows> rows) {
    Map<String, RowsLocation> locations = new HashMap<>();
    Map<String, RowsLocation> live = new HashMap<>();
    Map<String, List<RowChange>> committed = new HashMap<>();
    int done = 0;
    for (Map.Entry<StorageAdapter, Operation> part :
        operations.physical(state, operation).entrySet()) {
      Map<String, PlannedRows> planned = new HashMap<>();
      for (Operation.TableOperation table : part.getValue().tables()) {
        if (table instanceof Operation.MergeRows) {
          String id = table.table().table().id();
          planned.put(id, rows.apply(id));
        }
      }
      OperationResult result = part.getKey().apply(part.getValue(), planned);
      locations.putAll(result.locations());
      live.putAll(result.live());
      committed.putAll(result.committed());
      done++;
      failpoints.reach(kind + ".applied." + done);
    }
    return new OperationResult(locations, live, committed);
  }

  private StepResult undo(
      LiveRepository repository,
      OperationState operation,
      Caller caller,
      String kind,
      RuntimeException failure) {
    try {
      recovery.revert(repository.state(), operation);
      repository.step(
          new Continuation.Abort(operation.id(), code(failure).name(), message(failure)),
          caller,
          caller.key(kind));
    } catch (StorageException
        | LogUnavailableException
        | AppendOutcomeUnknownException unreachable) {
      throw recovery.leaveInDoubt(repository, operation, unreachable);
    }
    throw failure;
  }

  private static Code code(RuntimeException failure) {
    return switch (failure) {
      case PendingChangesException pending -> Code.UNCOMMITTED_CHANGES;
      case ConstraintViolationsException violations -> Code.MERGE_CONFLICT;
      case BusyException busy -> Code.BRANCH_BUSY;
      case MergeOvertakenException overtaken -> Code.BRANCH_BUSY;
      default -> Code.OPERATION_FAILED;
    };
  }

  private static String message(RuntimeException failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }
}
