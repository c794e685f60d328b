package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.MergeRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CloseMergeRequestV1;
import dev.epoch.events.command.RequestMergeV1;
import dev.epoch.events.event.MergeRequestClosedV1;
import dev.epoch.events.event.MergeRequestedV1;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import java.util.Map;
import java.util.Optional;

/**
 * Merges that wait until they are allowed. A request is about a commit, as reviews are: what comes
 * onto the source later is asked for anew.
 */
public final class MergeRequestProcessor {
  private MergeRequestProcessor() {}

  public static Decision request(
      RepositoryState state, RequestMergeV1 command, DecisionContext context) {
    Optional<BranchState> target = state.branch(command.target());
    Optional<BranchState> source = state.branch(command.source());
    if (target.isEmpty() || source.isEmpty()) {
      return Refusals.branchNotFound(target.isEmpty() ? command.target() : command.source());
    }
    if (!source.get().head().equals(command.commit())) {
      return Refusals.headMoved(source.get(), command.commit());
    }
    if (isMerged(state, target.get(), command.commit())) {
      return Decision.reject(
          Code.VALIDATION,
          "'" + target.get().name() + "' has all commits of '" + source.get().name() + "' already",
          "Commit to it first");
    }
    // who may not merge does not get others to do it later
    return Protections.refuseOthers(state, target.get(), context.actor())
        .map(Decision::reject)
        .orElseGet(() ->
            Decision.accept(
                new MergeRequestedV1(
                    target.get().id(),
                    source.get().id(),
                    command.commit(),
                    command.message(),
                    command.author())));
  }

  public static Decision close(RepositoryState state, CloseMergeRequestV1 command) {
    Optional<BranchState> target = state.branch(command.target());
    Optional<BranchState> source = state.branch(command.source());
    if (target.isEmpty() || source.isEmpty()) {
      return Refusals.branchNotFound(target.isEmpty() ? command.target() : command.source());
    }
    MergeRequest request = state.branches().requestsFor(target.get().id()).get(source.get().id());
    if (request == null) {
      return Decision.reject(
          Code.VALIDATION,
          "'"
              + source.get().name()
              + "' is not waiting to be merged into '"
              + target.get().name()
              + "'",
          "epoch merge --auto lists what waits");
    }
    return Decision.accept(
        new MergeRequestClosedV1(
            target.get().id(), source.get().id(), request.commit(), command.reason()));
  }

  /** Whether the target has the commit. */
  public static boolean isMerged(RepositoryState state, BranchState target, String commit) {
    return new Ancestry(state.commits())
        .isAncestor(new CommitId(commit), new CommitId(target.head()));
  }

  /** Why a request waits as things are; empty if it may be tried. */
  public static Optional<Rejection> waitsFor(
      RepositoryState state, BranchState target, MergeRequest request) {
    if (target.merge() != null || target.replay() != null) {
      return Optional.of(
          new Rejection(
              Code.MERGE_IN_PROGRESS,
              "A merge is open on '" + target.name() + "'",
              Map.of("branch", target.name())));
    }
    BranchState source = state.branches().byId().get(request.sourceBranchId());
    return Protections.refuseMerge(state, target, source.name(), request.commit(), request.actor());
  }
}
