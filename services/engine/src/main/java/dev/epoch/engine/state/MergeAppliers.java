package dev.epoch.engine.state;

import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.MergeOpenedV1;
import org.pcollections.TreePVector;

final class MergeAppliers {
  private MergeAppliers() {}

  static RepositoryState opened(RepositoryState state, MergeOpenedV1 event) {
    BranchState branch = state.branches().byId().get(event.branchId());
    MergeState merge =
        new MergeState(
            event.mergeId(),
            event.source(),
            event.sourceCommit(),
            event.targetCommit(),
            event.bases(),
            event.strategy(),
            event.message(),
            event.conflictSet(),
            event.conflicts(),
            TreePVector.empty(),
            event.conflicts().values().stream().mapToLong(Long::longValue).sum());
    return state.withBranch(branch.withMerge(merge));
  }

  static RepositoryState resolved(RepositoryState state, ConflictsResolvedV1 event) {
    BranchState branch = state.branches().byId().get(event.branchId());
    return state.withBranch(branch.withMerge(branch.merge().decided(event)));
  }

  static RepositoryState aborted(RepositoryState state, MergeAbortedV1 event) {
    BranchState branch = state.branches().byId().get(event.branchId());
    return state.withBranch(branch.withMerge(null));
  }
}
