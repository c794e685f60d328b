package dev.epoch.events.event;

import java.util.List;

/**
 * Tables are chosen for the next commit.
 *
 * @param branchId of the branch
 * @param tables names
 */
public record ChangesStagedV1(String branchId, List<String> tables) implements Event.OfStaging {
  public ChangesStagedV1 {
    tables = tables == null ? List.of() : List.copyOf(tables);
  }
}
