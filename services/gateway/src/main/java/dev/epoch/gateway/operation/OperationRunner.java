package dev.epoch.gateway.operation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.CheckFailedException;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.MergeOvertakenException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private static final int LONGEST_ROW = 4_000;

  private final OperationPlans operations;
  private final OperationChecks checks;
  private final Recovery recovery;
  private final Failpoints failpoints;

  public OperationRunner(
      OperationPlans operations, Backends backends, Recovery recovery, Failpoints failpoints) {
    this.operations = operations;
    this.checks = new OperationChecks(backends);
    this.recovery = recovery;
    this.failpoints = failpoints;
  }

  /**
   * @param prepared the step whose event is the operation
   * @param kind wire name of the command
   * @param change what checks it meets
   * @param rows what to write, asked for once per table that is merged into
   * @return the completing step; a command that turns out to change nothing is refused in it
   */
  public StepResult run(
      LiveRepository repository,
      StepResult prepared,
      Caller caller,
      String kind,
      ChangeKind change,
      Function<String, PlannedRows> rows) {
    OperationPreparedV1 event = prepared.event(OperationPreparedV1.class).orElseThrow();
    RepositoryState state = prepared.state();
    OperationState operation = state.operations().get(event.operationId());
    Continuation completion;
    try {
      failpoints.reach(kind + ".prepared");
      OperationResult done = apply(state, operation, kind, change, caller.role(), rows);
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
      ChangeKind change,
      String role,
      Function<String, PlannedRows> rows) {
    Map<String, RowsLocation> locations = new HashMap<>();
    Map<String, RowsLocation> live = new HashMap<>();
    Map<String, List<RowChange>> committed = new HashMap<>();
    Map<String, TableSchema> schemas = new HashMap<>();
    Map<String, TableSchema> altered = new HashMap<>();
    Set<String> dropped = new HashSet<>();
    int done = 0;
    for (OperationPart part :
        checks.with(state, operation, change, operations.physical(state, operation))) {
      Map<String, PlannedRows> planned = new HashMap<>();
      for (Operation.TableOperation table : part.operation().tables()) {
        if (table instanceof Operation.MergeRows) {
          String id = table.table().table().id();
          planned.put(id, rows.apply(id));
        }
      }
      OperationResult result = part.adapter().apply(part.operation().by(role), planned);
      locations.putAll(result.locations());
      live.putAll(result.live());
      committed.putAll(result.committed());
      schemas.putAll(result.schemas());
      altered.putAll(result.altered());
      dropped.addAll(result.dropped());
      done++;
      failpoints.reach(kind + ".applied." + done);
    }
    return new OperationResult(locations, live, committed, schemas, altered, dropped);
  }

  private StepResult undo(
      LiveRepository repository,
      OperationState operation,
      Caller caller,
      String kind,
      RuntimeException failure) {
    try {
      recovery.revert(repository, operation);
      StepResult aborted =
          repository.step(
              new Continuation.Abort(
                  operation.id(), code(failure).name(), message(failure), details(failure)),
              caller,
              caller.key(kind));
      if (failure instanceof CheckFailedException && aborted.rejection().isPresent()) {
        // answered from the log, as a retry will be
        throw new RefusedException(aborted.rejection().get());
      }
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
      case CheckFailedException check -> Code.CHECK_FAILED;
      case BusyException busy -> Code.BRANCH_BUSY;
      case MergeOvertakenException overtaken -> Code.BRANCH_BUSY;
      default -> Code.OPERATION_FAILED;
    };
  }

  /** Rows as texts of JSON: the log has texts. */
  private static Map<String, Object> details(RuntimeException failure) {
    if (!(failure instanceof CheckFailedException check)) {
      return Map.of();
    }
    Map<String, Object> details = new HashMap<>();
    details.put("check", check.check());
    details.put("remedy", check.remedy());
    check
        .found()
        .ifPresent(found -> {
          details.put("columns", found.columns().stream().map(column -> column.name()).toList());
          details.put(
              "rows",
              found.rows().stream()
                  .map(row -> JsonNodeFactory.instance.arrayNode().addAll(row).toString())
                  .map(OperationRunner::cut)
                  .toList());
          details.put("truncated", found.truncated());
        });
    return details;
  }

  /** A row that is too long for the log is told as a text that says so. */
  private static String cut(String row) {
    return row.length() <= LONGEST_ROW
        ? row
        : JsonNodeFactory.instance
            .arrayNode()
            .add("a row of " + row.length() + " characters")
            .toString();
  }

  private static String message(RuntimeException failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }
}
