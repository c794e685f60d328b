package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.BranchProtection;
import dev.epoch.events.BranchingSettings;
import dev.epoch.events.BranchingSettings.PromotionPath;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ProtectBranchV1;
import dev.epoch.events.command.ReviewBranchV1;
import dev.epoch.events.event.BranchProtectedV1;
import dev.epoch.events.event.BranchReviewedV1;
import dev.epoch.model.ref.NamePattern;
import java.util.Optional;

/** Protection of branches, and reviews of their heads. */
public final class ProtectionProcessor {
  private ProtectionProcessor() {}

  public static Decision protect(RepositoryState state, ProtectBranchV1 command) {
    Optional<Decision> refusal = refusePattern(command.pattern());
    if (refusal.isPresent()) {
      return refusal.get();
    }
    BranchProtection protection = command.protection();
    if (protection == null && !state.profile().protections().containsKey(command.pattern())) {
      return Decision.reject(
          Code.BRANCH_NOT_FOUND,
          "'" + command.pattern() + "' is not protected",
          "epoch branch protections lists what is");
    }
    if (protection != null && protection.requireReview() != protection.approvals() > 0) {
      return Decision.reject(
          Code.VALIDATION,
          "Approvals and reviews contradict each other",
          "Give approvals of at least 1 with require_review, and none without");
    }
    return Decision.accept(new BranchProtectedV1(command.pattern(), protection));
  }

  /** A review is about the head; the writers of a commit do not approve it. */
  public static Decision review(
      RepositoryState state, ReviewBranchV1 command, DecisionContext context) {
    Optional<BranchState> found = state.branch(command.branch());
    if (found.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    BranchState branch = found.get();
    if (!branch.head().equals(command.commit())) {
      return Refusals.headMoved(branch, command.commit());
    }
    CommitState commit = state.head(branch);
    String reviewer = context.actor().id();
    if (command.verdict().equals("approve")
        && (commit.author().id().equals(reviewer) || commit.committer().id().equals(reviewer))) {
      return Decision.reject(
          Code.VALIDATION,
          "Whoever wrote a commit does not approve it",
          "Ask somebody else to review it");
    }
    return Decision.accept(
        new BranchReviewedV1(branch.id(), command.commit(), command.verdict(), command.comment()));
  }

  static Optional<Decision> refuseBranching(BranchingSettings settings) {
    for (PromotionPath path : settings.paths()) {
      Optional<Decision> refusal =
          refusePattern(path.source()).or(() -> refusePattern(path.target()));
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }

  private static Optional<Decision> refusePattern(String pattern) {
    return pattern.isBlank() || pattern.length() > NamePattern.MAX_LENGTH
        ? Optional.of(
            Decision.reject(
                Code.INVALID_NAME, "'" + pattern + "' is no pattern of names", "release/*"))
        : Optional.empty();
  }
}
