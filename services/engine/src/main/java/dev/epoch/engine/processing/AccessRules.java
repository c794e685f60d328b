package dev.epoch.engine.processing;

import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.model.access.Grant;
import dev.epoch.model.access.Principal;
import dev.epoch.model.access.Verb;
import dev.epoch.model.access.Verdict;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What principals may not do, as refusals of commands. */
public final class AccessRules {
  private AccessRules() {}

  /**
   * Why the principal may not.
   *
   * @param branch that it is about; null for any
   * @param table likewise
   */
  public static Optional<Rejection> refuse(
      RepositoryState state, Principal principal, Verb verb, String branch, String table) {
    Verdict verdict = state.access().decide(principal, verb, branch, table);
    return verdict.allowed()
        ? Optional.empty()
        : Optional.of(refused(state.name(), principal, verb, branch, table, verdict));
  }

  /**
   * Whether whoever asks may commit every table of the branch. Who may not takes only what was seen
   * to be changed: what others write to other tables meanwhile is not for them to commit.
   */
  static boolean mayCommitAll(RepositoryState state, DecisionContext context, BranchState branch) {
    return state
        .access()
        .decide(context.principal(), Verb.COMMIT, branch.name(), Grant.EVERY)
        .allowed();
  }

  /**
   * Why the principal may not run statements that change schemas, which may be about any table:
   * those of the default branch are live.
   */
  public static Optional<Rejection> refuseStatements(
      RepositoryState state, Principal principal, BranchState branch) {
    return state.isDefault(branch)
        ? refuse(state, principal, Verb.MANAGE, null, null)
        : refuse(state, principal, Verb.ALTER, branch.name(), Grant.EVERY);
  }

  private static Rejection refused(
      String repository,
      Principal principal,
      Verb verb,
      String branch,
      String table,
      Verdict verdict) {
    Map<String, Object> details = new HashMap<>();
    details.put("repository", repository);
    details.put("user", principal.user());
    details.put("verb", verb.wireName());
    if (branch != null && !branch.equals(Grant.EVERY)) {
      details.put("branch", branch);
    }
    if (table != null && !table.equals(Grant.EVERY)) {
      details.put("table", table);
    }
    details.put("rule", verdict.rule());
    details.put(
        "remedy",
        principal.scopes().contains(verb)
            ? "Ask an administrator of the repository for a role: epoch role grant ROLE "
                + principal.user()
            : "Use another key");
    return new Rejection(
        Code.PERMISSION_DENIED,
        "You may not %s in repository '%s': %s"
            .formatted(verb.wireName(), repository, verdict.rule()),
        details);
  }
}
