package dev.epoch.engine.state;

import dev.epoch.events.Actor;
import dev.epoch.events.event.CheckAddedV1;
import dev.epoch.model.ref.NamePattern;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * A query that must return no rows in what a commit or merge leaves.
 *
 * @param name of the check
 * @param sql the query
 * @param tables patterns of names of tables: it runs when one of them changes; empty for any
 * @param branches patterns of names of branches that it is for; empty for all
 * @param on what it runs at: commit, merge, promotion
 * @param author who added it
 * @param createdAt when
 */
public record CheckState(
    String name,
    String sql,
    List<String> tables,
    List<String> branches,
    List<String> on,
    Actor author,
    Instant createdAt) {
  public CheckState {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(sql, "sql");
    tables = List.copyOf(tables);
    branches = List.copyOf(branches);
    on = List.copyOf(on);
  }

  static CheckState added(CheckAddedV1 event, Occurrence at) {
    return new CheckState(
        event.name(),
        event.sql(),
        event.tables(),
        event.branches(),
        event.on(),
        at.actor(),
        at.time());
  }

  /** Whether it is for this branch, at this kind of change. */
  public boolean runs(String branch, String kind) {
    return on.contains(kind) && matches(branches, branch);
  }

  /** Whether it runs when this table changes. */
  public boolean watches(String table) {
    return matches(tables, table);
  }

  private static boolean matches(List<String> patterns, String name) {
    return patterns.isEmpty()
        || patterns.stream().anyMatch(pattern -> new NamePattern(pattern).matches(name));
  }
}
