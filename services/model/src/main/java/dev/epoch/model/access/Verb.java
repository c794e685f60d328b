package dev.epoch.model.access;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What one may do with a repository. Their names in lower case are on the wire. */
public enum Verb {
  /** Read whatever the repository has: rows, commits, events, settings. */
  READ(false),
  /** Write records, commit, revert, cherry-pick, rebase, reset, stash. */
  COMMIT(true),
  /** Change the schema of a table. */
  ALTER(true),
  /** Make, rename, delete branches and tags. */
  BRANCH(true),
  /** Merge into a branch, and settle the conflicts of its merges. */
  MERGE(true),
  /** Approve or reject commits, and set their statuses. */
  REVIEW(true),
  /** Tables, protections, checks, hooks, and other settings of the repository. */
  MANAGE(false),
  /** Roles, storages, the repository itself. */
  ADMINISTER(false);

  private static final Set<Verb> ALL = Collections.unmodifiableSet(EnumSet.allOf(Verb.class));

  private final boolean ofBranches;

  Verb(boolean ofBranches) {
    this.ofBranches = ofBranches;
  }

  /** Whether grants may give it for some branches or tables only; others are for all or none. */
  public boolean ofBranches() {
    return ofBranches;
  }

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Verb> of(String wireName) {
    return Arrays.stream(values()).filter(verb -> verb.wireName().equals(wireName)).findFirst();
  }

  public static Set<Verb> all() {
    return ALL;
  }

  /** Their names, in the order of this type. */
  public static String names(Collection<Verb> verbs) {
    return new TreeSet<>(verbs).stream().map(Verb::wireName).collect(Collectors.joining(", "));
  }
}
