package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.BranchExpiry;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.DeleteBranchV1;
import dev.epoch.events.command.ExpireBranchV1;
import dev.epoch.events.event.BranchExpirySetV1;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Branches that expire. Neither the default branch does nor a protected one, and one that was
 * protected since stays.
 */
public final class ExpiryProcessor {
  private ExpiryProcessor() {}

  public static Decision expire(
      RepositoryState state, ExpireBranchV1 command, DecisionContext context) {
    Optional<BranchState> found = state.branch(command.name());
    if (found.isEmpty()) {
      return Refusals.branchNotFound(command.name());
    }
    BranchState branch = found.get();
    Optional<Decision> refusal =
        command.expiry() == null
            ? Protections.refuseForce(state, branch, context.actor(), "keep").map(Decision::reject)
            : refuse(state, branch.name(), command.expiry(), context);
    return refusal.orElseGet(
        () -> Decision.accept(new BranchExpirySetV1(branch.id(), command.expiry())));
  }

  /** Why a branch of this name may not expire then. */
  static Optional<Decision> refuse(
      RepositoryState state, String name, BranchExpiry expiry, DecisionContext context) {
    if (state.branch(name).filter(state::isDefault).isPresent()) {
      return Optional.of(
          Decision.reject(
              Code.VALIDATION,
              "Branch '" + name + "' does not expire: it is the default branch",
              "Let another branch expire"));
    }
    if (Protections.of(state, name).isPresent()) {
      return Optional.of(
          Decision.reject(
              new Rejection(
                  Code.BRANCH_PROTECTED,
                  "Branch '" + name + "' does not expire: it is protected",
                  Map.of("branch", name, "remedy", "End the protection: epoch branch unprotect"))));
    }
    if (!expiry.at().isAfter(context.time())) {
      return Optional.of(
          Decision.reject(
              Code.VALIDATION,
              "A branch expires in the future, not at " + expiry.at(),
              "Give a longer time, or delete the branch"));
    }
    return Optional.empty();
  }

  /** Why a branch is not deleted although somebody thought that it had expired. */
  static Optional<Rejection> keep(
      RepositoryState state, BranchState branch, DeleteBranchV1 command) {
    String why =
        !hasExpired(state, branch, command.expiredBefore())
            ? "it has not expired"
            : state.isDefault(branch)
                ? "it is the default branch"
                : Protections.of(state, branch.name()).isPresent()
                    ? "it is protected"
                    : command.force() && !withWork(state, branch) ? "its work stays" : null;
    return why == null
        ? Optional.empty()
        : Optional.of(
            new Rejection(
                Code.BRANCH_IN_USE,
                "Branch '" + branch.name() + "' is kept: " + why,
                Map.of("branch", branch.name())));
  }

  private static boolean hasExpired(RepositoryState state, BranchState branch, Instant before) {
    return state
        .branches()
        .expiry(branch)
        .filter(expiry -> expiry.at().isBefore(before))
        .isPresent();
  }

  private static boolean withWork(RepositoryState state, BranchState branch) {
    return state.branches().expiry(branch).filter(BranchExpiry::work).isPresent();
  }

  /**
   * Why a branch stays beyond its time, as far as the state tells; changes that are not committed
   * count too.
   *
   * @return empty for a branch without a time, and for one that goes when its time has come
   */
  public static Optional<String> held(RepositoryState state, BranchState branch) {
    Optional<BranchExpiry> expiry = state.branches().expiry(branch);
    if (expiry.isEmpty()) {
      return Optional.empty();
    }
    if (state.isDefault(branch)) {
      return Optional.of("default branch");
    }
    if (Protections.of(state, branch.name()).isPresent()) {
      return Optional.of("protected");
    }
    if (expiry.get().work()) {
      return Optional.empty();
    }
    if (branch.merge() != null || branch.replay() != null) {
      return Optional.of("open merge");
    }
    if (Descendants.refuseDelete(state, branch).isPresent()) {
      return Optional.of("other branches need it");
    }
    return BranchProcessor.merged(state, branch) ? Optional.empty() : Optional.of("not merged");
  }
}
