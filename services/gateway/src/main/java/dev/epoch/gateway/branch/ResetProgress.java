package dev.epoch.gateway.branch;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.stream.Attempt;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.References;
import java.util.Map;

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
 * @param putsAway who puts changes away
 * @param moves who moves the branch
 */
record ResetProgress(
    RepositoryState before,
    BranchState branch,
    String saved,
    String moved,
    String former,
    Caller putsAway,
    Caller moves) {
  static ResetProgress of(RepositoryState state, BranchState branch, Caller caller) {
    Attempt putAway = Attempt.of(state, caller.anotherOfRequest(), CommitService.KIND);
    Attempt move = Attempt.of(state, caller, BranchMover.KIND);
    String saved = putAway.done().map(done -> done.facts().get("commit")).orElse(null);
    if (move.done().isPresent()) {
      Map<String, String> facts = move.done().get().facts();
      String former = saved == null ? facts.get("from") : state.commits().firstParent(saved);
      return new ResetProgress(
          state, branch, saved, facts.get("commit"), former, putAway.caller(), move.caller());
    }
    if (saved == null || !saved.equals(branch.head())) {
      Caller again = saved == null ? putAway.caller() : caller.another();
      return new ResetProgress(state, branch, null, null, branch.head(), again, move.caller());
    }
    String former = state.commits().firstParent(saved);
    RepositoryState before = BranchMover.foreseen(state, branch, former, "reset", caller);
    BranchState stood = before.branches().byId().get(branch.id());
    return new ResetProgress(before, stood, saved, null, former, putAway.caller(), move.caller());
  }

  /** The commit that a ref stood for when the reset began. */
  CommitState commit(String ref) {
    return new References(before, branch).commit(ref);
  }
}
