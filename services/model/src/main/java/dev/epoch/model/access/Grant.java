package dev.epoch.model.access;

import dev.epoch.model.ref.NamePattern;
import java.util.List;
import java.util.Objects;

/**
 * A role that somebody has.
 *
 * @param role its name
 * @param subject {@code user:ann} or {@code group:data}
 * @param branches patterns of names of branches that verbs of branches are for; empty for all
 * @param tables patterns of names of tables likewise
 */
public record Grant(String role, String subject, List<String> branches, List<String> tables) {
  public static final String USER = "user:";
  public static final String GROUP = "group:";

  /** Stands for all branches or tables at once, of what may be about any of them. */
  public static final String EVERY = "\0";

  public Grant {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(subject, "subject");
    branches = branches == null ? List.of() : List.copyOf(branches);
    tables = tables == null ? List.of() : List.copyOf(tables);
  }

  /** Whether it is for the branch; null stands for some branch, whichever. */
  boolean isForBranch(String branch) {
    return isFor(branches, branch);
  }

  /** Whether it is for the table; null stands for some table, whichever. */
  boolean isForTable(String table) {
    return isFor(tables, table);
  }

  private static boolean isFor(List<String> patterns, String name) {
    return EVERY.equals(name)
        ? patterns.isEmpty() || patterns.contains("*")
        : name == null || matches(patterns, name);
  }

  private static boolean matches(List<String> patterns, String name) {
    return patterns.isEmpty()
        || patterns.stream().anyMatch(pattern -> new NamePattern(pattern).matches(name));
  }

  /** For people: {@code writer to user:ann on branches feature/*}. */
  @Override
  public String toString() {
    return role
        + " to "
        + subject
        + (branches.isEmpty() ? "" : " on branches " + String.join(", ", branches))
        + (tables.isEmpty() ? "" : " for tables " + String.join(", ", tables));
  }
}
