package dev.epoch.events.event;

import java.util.List;

/**
 * A query decides about commits and merges from now on.
 *
 * @param name of the check
 * @param sql a query that must return no rows
 * @param tables patterns of names of tables: it runs when one of them changes; empty for any
 * @param branches patterns of names of branches that it is for; empty for all
 * @param on what it runs at: commit, merge, promotion
 */
public record CheckAddedV1(
    String name, String sql, List<String> tables, List<String> branches, List<String> on)
    implements Event.OfCheck {
  public CheckAddedV1 {
    tables = tables == null ? List.of() : List.copyOf(tables);
    branches = branches == null ? List.of() : List.copyOf(branches);
    on = on == null ? List.of() : List.copyOf(on);
  }
}
