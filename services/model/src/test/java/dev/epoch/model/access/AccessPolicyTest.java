package dev.epoch.model.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.access.Principal.How;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessPolicyTest {
  private static final List<String> USERS = List.of("ann", "bob", "epoch:live");
  private static final List<String> GROUPS = List.of("data", "ops");
  private static final List<String> BRANCHES = List.of("main", "feature/x", "feature/y");
  private static final List<String> TABLES = List.of("orders", "users");
  private static final List<String> ROLES = List.of("viewer", "writer", "reviewer", "own");

  private static Principal user(String name, String... groups) {
    return new Principal(name, List.of(groups), How.TOKEN, null, false, Verb.all());
  }

  private static boolean may(
      AccessPolicy policy, Principal who, Verb verb, String branch, String table) {
    return policy.decide(who, verb, branch, table).allowed();
  }

  @Test
  void theRuleThatDecidesIsNamed() {
    AccessPolicy policy =
        AccessPolicy.OPEN.with(new Grant("writer", "group:data", List.of("feature/*"), List.of()));

    assertThat(policy.decide(user("bob", "data"), Verb.MERGE, "feature/x", null))
        .isEqualTo(Verdict.allowed("grant of writer to group:data on branches feature/*"));
    assertThat(policy.decide(user("bob", "data"), Verb.MERGE, "main", null))
        .isEqualTo(
            Verdict.refused("no grant gives 'bob' (groups data) the verb merge on branch main"));
    // what is for the whole repository is not for some of its branches
    assertThat(may(policy, user("bob", "data"), Verb.READ, "main", null)).isTrue();
    assertThat(may(policy, user("data"), Verb.READ, null, null)).isFalse();
    assertThat(may(policy, user("bob", "user:data"), Verb.READ, null, null)).isFalse();
  }

  @Test
  void scopesAreLimitsOfAdministratorsToo() {
    Principal reader = new Principal("ann", List.of(), How.KEY, "ann", true, Set.of(Verb.READ));

    assertThat(may(AccessPolicy.OPEN, reader, Verb.COMMIT, "main", null)).isFalse();
    assertThat(may(AccessPolicy.OPEN, reader, Verb.READ, null, null)).isTrue();
    assertThat(
            may(
                AccessPolicy.OPEN.with(new Grant("admin", "user:ann", null, null)),
                reader,
                Verb.COMMIT,
                "main",
                null))
        .isFalse();
  }

  @Test
  void nobodyIsTheServerBySayingSo() {
    AccessPolicy policy = AccessPolicy.OPEN.with(new Grant("viewer", "user:ann", null, null));

    assertThat(may(policy, user("epoch:live"), Verb.COMMIT, "main", null)).isFalse();
    assertThat(may(policy, Principal.user("epoch:live", How.SERVER), Verb.COMMIT, "main", null))
        .isTrue();
    // a role of a database is not the user of its name
    assertThat(may(policy, Principal.session("ann"), Verb.READ, null, null)).isFalse();
  }

  /** Against the definition: some grant of a role with the verb, for the branch and the table. */
  @Test
  void decisionsAreThoseOfTheDefinition() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      AccessPolicy policy = AccessPolicy.OPEN.withRole("own", some(random));
      List<Grant> grants = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(6); i++) {
        Grant grant =
            new Grant(
                any(random, ROLES),
                random.nextBoolean()
                    ? "user:" + any(random, USERS)
                    : "group:" + any(random, GROUPS),
                random.nextBoolean() ? List.of() : List.of(any(random, BRANCHES)),
                random.nextBoolean() ? List.of() : List.of(any(random, TABLES)));
        grants.add(grant);
        policy = policy.with(grant);
        if (random.nextInt(4) == 0) {
          Grant gone = any(random, grants);
          grants.removeIf(
              each -> each.role().equals(gone.role()) && each.subject().equals(gone.subject()));
          policy = policy.without(gone.role(), gone.subject());
        }
      }
      for (Verb verb : Verb.values()) {
        String user = any(random, USERS);
        String group = any(random, GROUPS);
        String branch = any(random, BRANCHES);
        String table = any(random, TABLES);
        AccessPolicy now = policy;
        boolean expected =
            grants.stream()
                .filter(grant ->
                    grant.subject().equals("user:" + user)
                        || grant.subject().equals("group:" + group))
                .filter(grant -> now.roles().get(grant.role()).contains(verb))
                .anyMatch(grant ->
                    Set.of(Verb.READ, Verb.MANAGE, Verb.ADMINISTER).contains(verb)
                        || (grant.branches().isEmpty() || grant.branches().contains(branch))
                            && (grant.tables().isEmpty() || grant.tables().contains(table)));
        assertThat(may(policy, user(user, group), verb, branch, table))
            .as("seed %d, %s", seed, verb)
            .isEqualTo(expected);
        // more is never less: a further grant takes nothing away
        if (expected) {
          assertThat(
                  may(
                      policy.with(new Grant("viewer", "user:zoe", null, null)),
                      user(user, group),
                      verb,
                      branch,
                      table))
              .isTrue();
        }
      }
    }
  }

  private static Set<Verb> some(Random random) {
    Set<Verb> verbs = EnumSet.of(Verb.READ);
    for (Verb verb : Verb.values()) {
      if (random.nextInt(3) == 0) {
        verbs.add(verb);
      }
    }
    return verbs;
  }

  private static <T> T any(Random random, List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
