package dev.epoch.engine.state;

import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.MergeOpenedV1;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

final class MergeAppliers {
  private MergeAppliers() {}

  /** A merge that is opened again, with what is still in conflict, keeps its decisions. */
  static RepositoryState opened(RepositoryState state, MergeOpenedV1 event) {
    BranchState branch = state.branches().byId().get(event.branchId());
    MergeState former = branch.merge();
    PVector<ConflictsResolvedV1> decisions =
        former != null && former.id().equals(event.mergeId())
            ? former.decisions()
            : TreePVector.empty();
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
            decisions,
            decisions.size(),
            event.conflicts().values().stream().mapToLong(Long::longValue).sum(),
            event.liveChanges(),
            event.verb(),
            event.rules());
    return state.withBranch(branch.withMerge(merge));
  }

  static RepositoryState resolved(RepositoryState state, ConflictsResolvedV1 event) {
    BranchState branch = state.branches().byId().get(event.branchId());
    return state.withBranch(branch.withMerge(branch.merge().decided(event.withoutLearnt())));
  }

  static RepositoryState aborted(RepositoryState state, MergeAbortedV1 event) {
    BranchState branch = state.branches().byId().get(event.branchId());
    return state.withBranch(branch.withMerge(null));
  }
}
