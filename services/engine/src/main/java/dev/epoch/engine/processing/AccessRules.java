package dev.epoch.engine.processing;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
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
    if (branch != null) {
      details.put("branch", branch);
    }
    if (table != null) {
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
