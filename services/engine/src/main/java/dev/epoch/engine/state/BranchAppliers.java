package dev.epoch.engine.state;

import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.BranchReviewedV1;
import dev.epoch.events.event.ChangesStagedV1;
import dev.epoch.events.event.ChangesUnstagedV1;
import dev.epoch.events.event.OperationPlan;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;

final class BranchAppliers {
  private BranchAppliers() {}

  static RepositoryState created(RepositoryState state, BranchCreatedV1 event, Occurrence at) {
    RepositoryState made =
        state.withBranch(
            new BranchState(
                event.branchId(),
                event.name(),
                event.head(),
                at.time(),
                HashTreePMap.from(event.locations()),
                HashTreePSet.empty(),
                null,
                null,
                null,
                new BranchTraits(event.hasOwnSequences(), event.hasSchemaOnly())));
    Branches branches = made.branches();
    Optional<BranchState> origin = state.branches().origin(event.startPoint());
    if (origin.isPresent()) {
      branches = branches.made(event.branchId(), origin.get().id());
    }
    return made.withBranches(branches);
  }

  static RepositoryState renamed(RepositoryState state, BranchRenamedV1 event) {
    return state.withBranch(state.branches().byId().get(event.branchId()).withName(event.to()));
  }

  static RepositoryState moved(RepositoryState state, BranchMovedV1 event) {
    BranchState branch = state.branches().byId().get(event.branchId());
    RepositoryState next =
        state.withBranch(
            ReplayAppliers.moved(branch, event.reason())
                .withHead(event.to(), HashTreePMap.from(event.locations()))
                .withMerge(null));
    OperationState operation =
        event.operationId() == null ? null : state.operations().get(event.operationId());
    if (operation != null && operation.plan() instanceof OperationPlan.Merge merge) {
      next = TableAppliers.dropped(next, branch, merge.drops());
    }
    return event.operationId() == null ? next : OperationAppliers.closed(next, event.operationId());
  }

  static RepositoryState reviewed(RepositoryState state, BranchReviewedV1 event, Occurrence at) {
    return state.withBranches(
        state
            .branches()
            .with(
                event.branchId(),
                new Review(
                    at.actor(), event.commit(), event.verdict(), event.comment(), at.time())));
  }

  static RepositoryState staged(RepositoryState state, ChangesStagedV1 event) {
    BranchState branch = state.branches().byId().get(event.branchId());
    return state.withBranch(branch.withStaged(branch.staged().plusAll(event.tables())));
  }

  static RepositoryState unstaged(RepositoryState state, ChangesUnstagedV1 event) {
    BranchState branch = state.branches().byId().get(event.branchId());
    return state.withBranch(branch.withStaged(branch.staged().minusAll(event.tables())));
  }
}
