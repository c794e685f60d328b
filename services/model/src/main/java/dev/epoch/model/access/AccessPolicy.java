package dev.epoch.model.access;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Who may do what in a repository: roles, who has them, and the one decision about them.
 *
 * <pre>
 *   verb outside the scopes of the key?  -> refused
 *   no role was ever granted?            -> allowed
 *   administrator, or the server itself? -> allowed
 *   a grant to the user or a group, of a role with the verb, for the branch and the table? -> allowed
 *   else                                 -> refused
 * </pre>
 *
 * @param inForce whether a role was ever granted; from then on, nobody may what no role gives them
 * @param own roles of the repository's own, by name
 * @param grants by subject
 */
public record AccessPolicy(
    boolean inForce, Map<String, Set<Verb>> own, Map<String, List<Grant>> grants) {
  /** Nothing was ever granted. */
  public static final AccessPolicy OPEN = new AccessPolicy(false, Map.of(), Map.of());

  public AccessPolicy {
    own = Map.copyOf(own);
    grants = Map.copyOf(grants);
  }

  /** The verbs of a role. */
  public Optional<Set<Verb>> role(String name) {
    return Optional.ofNullable(BuiltInRoles.ALL.getOrDefault(name, own.get(name)));
  }

  /** Whether every repository has the role. */
  public static boolean isBuiltIn(String role) {
    return BuiltInRoles.ALL.containsKey(role);
  }

  /** All roles: those that every repository has, then its own ones by name. */
  public Map<String, Set<Verb>> roles() {
    Map<String, Set<Verb>> all = new LinkedHashMap<>(BuiltInRoles.ALL);
    all.putAll(new TreeMap<>(own));
    return all;
  }

  /** All grants, by subject. */
  public List<Grant> allGrants() {
    return new TreeMap<>(grants).values().stream().flatMap(List::stream).toList();
  }

  public AccessPolicy withRole(String name, Collection<Verb> verbs) {
    Map<String, Set<Verb>> roles = new HashMap<>(own);
    roles.put(name, Set.copyOf(verbs));
    return new AccessPolicy(inForce, roles, grants);
  }

  public AccessPolicy withoutRole(String name) {
    Map<String, Set<Verb>> roles = new HashMap<>(own);
    roles.remove(name);
    return new AccessPolicy(inForce, roles, grants);
  }

  /** From now on roles count. */
  public AccessPolicy with(Grant grant) {
    List<Grant> its = new ArrayList<>(grants.getOrDefault(grant.subject(), List.of()));
    if (!its.contains(grant)) {
      its.add(grant);
    }
    return with(grant.subject(), its, true);
  }

  /** Without any grant of the role to the subject. */
  public AccessPolicy without(String role, String subject) {
    List<Grant> its =
        grants.getOrDefault(subject, List.of()).stream()
            .filter(grant -> !grant.role().equals(role))
            .toList();
    return with(subject, its, inForce);
  }

  private AccessPolicy with(String subject, List<Grant> its, boolean counts) {
    Map<String, List<Grant>> all = new HashMap<>(grants);
    if (its.isEmpty()) {
      all.remove(subject);
    } else {
      all.put(subject, List.copyOf(its));
    }
    return new AccessPolicy(counts, own, all);
  }

  /** The decision about a verb that is for the repository as a whole, or for a branch of it. */
  public Verdict decide(Principal principal, Verb verb) {
    return decide(principal, verb, null, null);
  }

  /**
   * The decision.
   *
   * @param branch that it is about; null: whether there is one
   * @param table likewise
   */
  public Verdict decide(Principal principal, Verb verb, String branch, String table) {
    if (!principal.scopes().contains(verb)) {
      return Verdict.refused(
          principal.key() == null
              ? "nobody was let in"
              : "the key '%s' is for %s only"
                  .formatted(principal.key(), Verb.names(principal.scopes())));
    }
    if (!inForce) {
      return Verdict.allowed("no role was ever granted in this repository");
    }
    if (principal.administrator()) {
      return Verdict.allowed(
          principal.how() == Principal.How.ANONYMOUS
              ? "this server asks nobody who they are"
              : "an administrator may do everything");
    }
    if (principal.user().startsWith(Principal.OWN) && principal.how() == Principal.How.SERVER) {
      return Verdict.allowed("the server goes on with what was begun");
    }
    return subjects(principal)
        .flatMap(subject -> grants.getOrDefault(subject, List.of()).stream())
        .filter(grant -> role(grant.role()).filter(verbs -> verbs.contains(verb)).isPresent())
        .filter(grant -> !verb.ofBranches() || grant.isForBranch(branch) && grant.isForTable(table))
        .findFirst()
        .map(grant -> Verdict.allowed("grant of " + grant))
        .orElseGet(() ->
            Verdict.refused(
                "no grant gives %s the verb %s%s%s"
                    .formatted(
                        named(principal),
                        verb.wireName(),
                        place(verb, branch, " on branch ", " on all branches"),
                        place(verb, table, " for table ", " for all tables"))));
  }

  private static String place(Verb verb, String name, String one, String all) {
    if (name == null || !verb.ofBranches()) {
      return "";
    }
    return Grant.EVERY.equals(name) ? all : one + name;
  }

  private static Stream<String> subjects(Principal principal) {
    return Stream.concat(
        Stream.of(Grant.USER + principal.user()),
        principal.groups().stream().map(group -> Grant.GROUP + group));
  }

  private static String named(Principal principal) {
    return principal.groups().isEmpty()
        ? "'" + principal.user() + "'"
        : "'%s' (groups %s)".formatted(principal.user(), String.join(", ", principal.groups()));
  }
}
