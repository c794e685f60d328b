package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.OperationPlan;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Refusals that several processors give, worded once. */
final class Refusals {
  private Refusals() {}

  static Decision branchNotFound(String branch) {
    return Decision.reject(
        new Rejection(
            Code.BRANCH_NOT_FOUND,
            "Branch '" + branch + "' not found",
            Map.of("branch", String.valueOf(branch))));
  }

  static Decision commitNotFound(String commit) {
    return Decision.reject(
        new Rejection(
            Code.COMMIT_NOT_FOUND,
            "Commit '" + commit + "' not found",
            Map.of("commit", String.valueOf(commit))));
  }

  static Decision tableNotFound(String table) {
    return Decision.reject(
        new Rejection(
            Code.TABLE_NOT_FOUND,
            "Table '" + table + "' is not registered",
            Map.of("table", table)));
  }

  static Decision storageNotFound(String storage) {
    return Decision.reject(
        new Rejection(
            Code.STORAGE_NOT_FOUND,
            "Storage backend '" + storage + "' not found",
            Map.of("storage", storage, "remedy", "epoch storage add " + storage + " --type ...")));
  }

  static Decision busy(BranchState branch) {
    return busy(
        branch,
        "An operation on branch '" + branch.name() + "' is in flight",
        "operation",
        branch.operation().toString());
  }

  private static Decision busy(BranchState branch, String message, String fact, String value) {
    return Decision.reject(
        new Rejection(
            Code.BRANCH_BUSY,
            message,
            Map.of("branch", branch.name(), fact, value, "remedy", "Try again in a moment")));
  }

  /**
   * Refused while an operation of the branch is in flight, or one that takes a table away from all
   * branches.
   */
  static Optional<Decision> refuseBusy(RepositoryState state, BranchState branch) {
    if (branch.operation() != null) {
      return Optional.of(busy(branch));
    }
    return state.operations().values().stream()
        .filter(operation -> operation.plan() instanceof OperationPlan.RemoveTable)
        .map(operation -> busy(state.branches().byId().get(operation.branchId())))
        .findFirst();
  }

  /**
   * Of a step that was planned for another head: recovery has moved the branch since. That is no
   * answer to the command, which is planned anew when it is sent again.
   */
  static Decision overtaken(BranchState branch) {
    return busy(
        branch,
        "Branch '" + branch.name() + "' has moved since this was planned for it",
        "head",
        branch.head());
  }

  static Decision headMoved(BranchState branch, String expected) {
    return Decision.reject(
        new Rejection(
            Code.HEAD_MOVED,
            "Branch '"
                + branch.name()
                + "' moved while you worked: its head is not "
                + abbreviated(expected)
                + " any more",
            Map.of(
                "branch",
                branch.name(),
                "head",
                branch.head(),
                "expected",
                expected,
                "remedy",
                "Look at the new head and try again")));
  }

  /** Of a merge that waits, or of a replay. */
  static Decision mergeInProgress(BranchState branch) {
    String verb = branch.replay() == null ? branch.merge().verb() : branch.replay().verb();
    String source = branch.replay() == null ? branch.merge().source() : branch.replay().source();
    String command = Verbs.command(verb);
    return Decision.reject(
        new Rejection(
            Code.MERGE_IN_PROGRESS,
            "A "
                + command
                + " of '"
                + source
                + (verb.equals("merge") ? "' into '" : "' on '")
                + branch.name()
                + "' is not finished",
            Map.of(
                "branch",
                branch.name(),
                "remedy",
                "epoch " + command + " --continue, or epoch " + command + " --abort")));
  }

  /**
   * The operation that a later step is about.
   *
   * @throws OperationNotInFlightException if it ended, or never was
   */
  static OperationState inFlight(RepositoryState state, UUID operation) {
    OperationState found = state.operations().get(operation);
    if (found == null) {
      throw new OperationNotInFlightException(operation);
    }
    return found;
  }

  static Decision noMerge(BranchState branch) {
    return Decision.reject(
        new Rejection(
            Code.NO_MERGE_IN_PROGRESS,
            "No merge is in progress on '" + branch.name() + "'",
            Map.of("branch", branch.name())));
  }

  /** Seven digits, as git shows them. */
  static String abbreviated(String commit) {
    return commit.substring(0, Math.min(7, commit.length()));
  }
}
