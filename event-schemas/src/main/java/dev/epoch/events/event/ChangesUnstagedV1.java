package dev.epoch.events.event;

import java.util.List;

/**
 * Tables are not chosen for the next commit any more.
 *
 * @param branchId of the branch
 * @param tables names
 */
public record ChangesUnstagedV1(String branchId, List<String> tables) implements Event.OfStaging {
  public ChangesUnstagedV1 {
    tables = tables == null ? List.of() : List.copyOf(tables);
  }
}
