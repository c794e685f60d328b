package dev.epoch.model.access;

import static dev.epoch.model.access.Verb.ALTER;
import static dev.epoch.model.access.Verb.BRANCH;
import static dev.epoch.model.access.Verb.COMMIT;
import static dev.epoch.model.access.Verb.MANAGE;
import static dev.epoch.model.access.Verb.MERGE;
import static dev.epoch.model.access.Verb.READ;
import static dev.epoch.model.access.Verb.REVIEW;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Roles that every repository has; each may what those before it may. */
final class BuiltInRoles {
  static final Map<String, Set<Verb>> ALL;

  static {
    Map<String, Set<Verb>> all = new LinkedHashMap<>();
    all.put("viewer", Set.of(READ));
    all.put("writer", Set.of(READ, COMMIT, ALTER, BRANCH, MERGE));
    all.put("reviewer", Set.of(READ, COMMIT, ALTER, BRANCH, MERGE, REVIEW));
    all.put("maintainer", Set.of(READ, COMMIT, ALTER, BRANCH, MERGE, REVIEW, MANAGE));
    all.put("admin", Verb.all());
    ALL = Collections.unmodifiableMap(all);
  }

  private BuiltInRoles() {}
}
