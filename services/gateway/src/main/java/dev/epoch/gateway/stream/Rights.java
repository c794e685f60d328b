package dev.epoch.gateway.stream;

import dev.epoch.engine.processing.AccessRules;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.model.access.Principal;
import dev.epoch.model.access.Verb;

/** The decision about what no command of the log is decided for. */
public final class Rights {
  private Rights() {}

  /**
   * Refuses what the principal may not do.
   *
   * @param branch that it is about; null for any
   * @param table likewise
   * @throws RefusedException if it may not
   */
  public static void require(
      RepositoryState state, Principal principal, Verb verb, String branch, String table) {
    AccessRules.refuse(state, principal, verb, branch, table)
        .ifPresent(refusal -> {
          throw new RefusedException(refusal);
        });
  }

  /**
   * Refuses statements that change the schema of a branch, if the principal may not run them.
   *
   * @throws RefusedException if it may not
   */
  public static void requireStatements(
      RepositoryState state, Principal principal, BranchState branch) {
    AccessRules.refuseStatements(state, principal, branch)
        .ifPresent(refusal -> {
          throw new RefusedException(refusal);
        });
  }
}
