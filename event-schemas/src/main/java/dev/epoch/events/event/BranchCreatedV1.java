package dev.epoch.events.event;

import dev.epoch.events.table.RowsLocation;
import java.util.Map;

/**
 * A branch exists.
 *
 * @param branchId never used again
 * @param name of the branch
 * @param head commit it starts at
 * @param startPoint as the user wrote it
 * @param locations by table id: where the branch finds rows, if not where its head says
 */
public record BranchCreatedV1(
    String branchId,
    String name,
    String head,
    String startPoint,
    Map<String, RowsLocation> locations)
    implements Event.OfBranch {
  public BranchCreatedV1 {
    locations = locations == null ? Map.of() : Map.copyOf(locations);
  }
}
