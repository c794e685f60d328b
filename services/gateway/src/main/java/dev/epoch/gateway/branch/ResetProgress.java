package dev.epoch.gateway.branch;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.Outcome;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.References;

/**
 * How far a reset came that is sent again, because the process ended in the middle of it. Its steps
 * have the key of the request, each under its own kind.
 *
 * <pre>
 *   changes put away in a commit --> branch moved --> reset answered
 * </pre>
 *
 * @param before the state with the branch where it stood before the reset began
 * @param branch in that state
 * @param saved commit that uncommitted changes are put away in and that the branch stands at, or
 *     null
 * @param moved commit that the branch was moved to, or null
 * @param former head before the reset began
 * @param commitTried whether putting away was tried, and taken back by recovery
 * @param moveTried whether moving was tried, and taken back by recovery
 */
record ResetProgress(
    RepositoryState before,
    BranchState branch,
    String saved,
    String moved,
    String former,
    boolean commitTried,
    boolean moveTried) {
  static ResetProgress of(RepositoryState state, BranchState branch, Caller caller) {
    Outcome putAway = state.outcomes().of(caller.key(CommitService.KIND)).orElse(null);
    Outcome move = state.outcomes().of(caller.key(BranchMover.KIND)).orElse(null);
    String saved = putAway instanceof Outcome.Done done ? done.facts().get("commit") : null;
    if (move instanceof Outcome.Done done) {
      String from = done.facts().get("from");
      String former = saved == null ? from : state.commits().firstParent(saved);
      return new ResetProgress(
          state, branch, saved, done.facts().get("commit"), former, true, true);
    }
    boolean moveTried = move != null;
    if (saved == null || !saved.equals(branch.head())) {
      return new ResetProgress(
          state, branch, null, null, branch.head(), putAway != null, moveTried);
    }
    String former = state.commits().firstParent(saved);
    RepositoryState before = BranchMover.foreseen(state, branch, former, "reset", caller);
    BranchState stood = before.branches().byId().get(branch.id());
    return new ResetProgress(before, stood, saved, null, former, true, moveTried);
  }

  /** The commit that a ref stood for when the reset began. */
  CommitState commit(String ref) {
    return new References(before, branch).commit(ref);
  }

  /** Who puts changes away: what recovery took back is done again under no key. */
  Caller commitCaller(Caller caller) {
    return commitTried ? caller.another() : caller.anotherOfRequest();
  }

  /** Who moves the branch, likewise. */
  Caller moveCaller(Caller caller) {
    return moveTried ? caller.withoutKey() : caller;
  }
}
