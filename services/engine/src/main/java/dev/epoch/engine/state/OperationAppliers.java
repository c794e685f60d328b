package dev.epoch.engine.state;

import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.OperationPreparedV1;
import java.util.UUID;
import org.pcollections.TreePVector;

final class OperationAppliers {
  private OperationAppliers() {}

  static RepositoryState prepared(RepositoryState state, OperationPreparedV1 event, Occurrence at) {
    OperationState operation =
        new OperationState(
            event.operationId(),
            at.version(),
            event.branchId(),
            event.expectedHead(),
            event.plan(),
            at.actor(),
            at.command(),
            at.idempotencyKey(),
            at.time(),
            TreePVector.empty());
    BranchState branch = state.branches().byId().get(event.branchId());
    return state
        .withOperations(state.operations().plus(event.operationId(), operation))
        .withBranch(branch.withOperation(event.operationId()));
  }

  static RepositoryState recorded(RepositoryState state, CommitTablesRecordedV1 event) {
    OperationState operation = state.operations().get(event.operationId());
    return state
        .withTables(state.tables().withSchemas(event.schemas()))
        .withOperations(
            state
                .operations()
                .plus(
                    operation.id(),
                    operation.withRecorded(operation.recorded().plusAll(event.tables()))));
  }

  /** After the first commit of two: what was recorded for it is in it. */
  static RepositoryState goesOn(RepositoryState state, OperationState operation) {
    return state.withOperations(
        state.operations().plus(operation.id(), operation.withRecorded(TreePVector.empty())));
  }

  static RepositoryState closed(RepositoryState state, UUID operationId) {
    OperationState operation = state.operations().get(operationId);
    if (operation == null) {
      return state;
    }
    RepositoryState next = state.withOperations(state.operations().minus(operationId));
    BranchState branch = next.branches().byId().get(operation.branchId());
    return branch == null || !operationId.equals(branch.operation())
        ? next
        : next.withBranch(branch.withOperation(null));
  }
}
