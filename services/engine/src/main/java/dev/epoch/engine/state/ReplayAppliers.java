package dev.epoch.engine.state;

import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.ReplayAbortedV1;
import dev.epoch.events.event.ReplaySkippedV1;
import dev.epoch.events.event.ReplayStartedV1;
import org.pcollections.TreePVector;

final class ReplayAppliers {
  private ReplayAppliers() {}

  static RepositoryState started(RepositoryState state, ReplayStartedV1 event) {
    Replay replay =
        new Replay(
            event.verb(),
            event.source(),
            event.from(),
            event.onto(),
            TreePVector.from(event.commits()),
            event.mainline(),
            event.strategy(),
            event.author(),
            event.liveChanges(),
            event.rules());
    return state.withBranch(state.branches().byId().get(event.branchId()).withReplay(replay));
  }

  static RepositoryState skipped(RepositoryState state, ReplaySkippedV1 event) {
    BranchState branch = state.branches().byId().get(event.branchId());
    return state.withBranch(branch.withMerge(null).withReplay(branch.replay().advanced()));
  }

  static RepositoryState aborted(RepositoryState state, ReplayAbortedV1 event) {
    BranchState branch = state.branches().byId().get(event.branchId());
    return state.withBranch(branch.withMerge(null).withReplay(null));
  }

  /** The branch after a commit that an operation made: of a replay, its next commit is done. */
  static BranchState committed(BranchState branch, OperationState operation) {
    return branch.replay() != null
            && operation != null
            && operation.plan() instanceof OperationPlan.Merge
        ? branch.withReplay(branch.replay().advanced())
        : branch;
  }

  /** The branch after it moved: a rebase stands where its commits go. */
  static BranchState moved(BranchState branch, String reason) {
    return branch.replay() != null && reason.equals("rebase")
        ? branch.withReplay(branch.replay().moved())
        : branch;
  }
}
