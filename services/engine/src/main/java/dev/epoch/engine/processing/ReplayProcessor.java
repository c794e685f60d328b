package dev.epoch.engine.processing;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ReplayCommitsV1;
import dev.epoch.events.command.ResetBranchV1;
import dev.epoch.events.command.SkipCommitV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.ReplaySkippedV1;
import dev.epoch.events.event.ReplayStartedV1;
import java.util.Map;
import java.util.Optional;

/**
 * Reverts, cherry-picks, rebases and resets: whether they may begin. Each commit of a replay is
 * merged against its parent then, and ends as {@link MergeProcessor} decides.
 */
public final class ReplayProcessor {
  private ReplayProcessor() {}

  public static Decision replay(
      RepositoryState state, ReplayCommitsV1 command, DecisionContext context) {
    Optional<BranchState> found = state.branch(command.branch());
    if (found.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    BranchState branch = found.get();
    boolean rebase = command.verb().equals("rebase");
    if (rebase && state.isDefault(branch)) {
      return Decision.reject(
          Code.VALIDATION,
          "The default branch cannot be rebased: its rows are the live tables",
          "Merge into it, or rebase the other branch onto it");
    }
    Optional<Decision> refusal =
        MergeProcessor.refuseMove(state, branch, command.expectedHead())
            .or(() -> ConflictSettingsCheck.ofMerge(state, command.rules()).map(Decision::reject))
            .or(() ->
                command.commits().stream()
                    .flatMap(commit -> refuseCommit(state, command, commit).stream())
                    .findFirst())
            .or(() -> refuseProtected(state, branch, command, context).map(Decision::reject));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (rebase && command.commits().isEmpty() && command.onto().equals(branch.head())) {
      return Decision.accept(
          new CommandCompletedV1(Map.of("up_to_date", "true", "commit", branch.head())));
    }
    if (!rebase && command.commits().size() == 1) {
      return Decision.accepted();
    }
    return Decision.accept(
        new ReplayStartedV1(
            branch.id(),
            command.verb(),
            command.source(),
            branch.head(),
            branch.head().equals(command.onto()) ? null : command.onto(),
            command.commits(),
            command.mainline(),
            command.strategy(),
            command.author(),
            command.liveChanges(),
            command.rules()));
  }

  /** Each commit of it is asked about again when it is made. */
  private static Optional<Rejection> refuseProtected(
      RepositoryState state, BranchState branch, ReplayCommitsV1 command, DecisionContext context) {
    boolean headOnly =
        command.verb().equals("revert")
            && command.commits().equals(java.util.List.of(branch.head()))
            && command.mainline() <= 1;
    String commit = headOnly ? state.commits().firstParent(branch.head()) : branch.head();
    return command.verb().equals("rebase") && branch.head().equals(command.onto())
        ? Optional.empty()
        : Protections.refuseStep(
            state, branch, command.verb(), command.source(), commit, context.actor());
  }

  private static Optional<Decision> refuseCommit(
      RepositoryState state, ReplayCommitsV1 command, String id) {
    if (!state.commits().contains(id)) {
      return Optional.of(Refusals.commitNotFound(id));
    }
    int parents = state.commits().parents(id).size();
    if (parents == 0 || command.mainline() > parents) {
      return Optional.of(
          Decision.reject(
              Code.VALIDATION,
              "Commit "
                  + Refusals.abbreviated(id)
                  + " has "
                  + parents
                  + " parent(s), not "
                  + Math.max(1, command.mainline())));
    }
    return Optional.empty();
  }

  public static Decision skip(RepositoryState state, SkipCommitV1 command) {
    Optional<BranchState> found = state.branch(command.branch());
    if (found.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    BranchState branch = found.get();
    if (branch.operation() != null) {
      return Refusals.busy(branch);
    }
    if (branch.replay() != null && branch.replay().onto() == null) {
      return Decision.accept(
          new ReplaySkippedV1(branch.id(), branch.replay().rest().getFirst(), "asked"));
    }
    return branch.merge() != null && !branch.merge().verb().equals("merge")
        ? Decision.accept(new MergeAbortedV1(branch.merge().id(), branch.id()))
        : Decision.reject(
            new Rejection(
                Code.NO_MERGE_IN_PROGRESS,
                "No commit is being replayed on '" + branch.name() + "'",
                Map.of("branch", branch.name())));
  }

  /** Of a commit of which nothing is left: that which comes next. */
  public static Decision skip(RepositoryState state, Continuation.SkipCommit facts) {
    BranchState branch = state.branches().byId().get(facts.branchId());
    boolean isNext =
        branch != null
            && branch.replay() != null
            && branch.replay().rest().stream().findFirst().equals(Optional.of(facts.commit()));
    return isNext
        ? Decision.accept(new ReplaySkippedV1(facts.branchId(), facts.commit(), "empty"))
        : Decision.reject(
            new Rejection(
                Code.NO_MERGE_IN_PROGRESS,
                "Commit %s is not what is replayed next".formatted(facts.commit()),
                Map.of("commit", facts.commit())));
  }

  public static Decision reset(
      RepositoryState state, ResetBranchV1 command, DecisionContext context) {
    Optional<BranchState> found = state.branch(command.branch());
    if (found.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    BranchState branch = found.get();
    if (!state.commits().contains(command.targetCommit())) {
      return Refusals.commitNotFound(command.targetCommit());
    }
    if (command.saved() != null && !branch.head().equals(command.expectedHead())) {
      // nobody asked for that head: recovery has moved the branch for an earlier try
      return branch.operation() == null ? Refusals.overtaken(branch) : Refusals.busy(branch);
    }
    boolean moves = !branch.head().equals(command.targetCommit());
    return MergeProcessor.refuseMove(state, branch, command.expectedHead())
        .or(() ->
            moves
                ? Protections.refuseForce(state, branch, context.actor(), "reset")
                    .map(Decision::reject)
                : Optional.empty())
        .orElseGet(() ->
            branch.head().equals(command.targetCommit())
                ? Decision.accept(
                    new CommandCompletedV1(Map.of("up_to_date", "true", "commit", branch.head())))
                : Decision.accepted());
  }
}
