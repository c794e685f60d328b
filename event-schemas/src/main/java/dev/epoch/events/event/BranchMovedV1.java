package dev.epoch.events.event;

import dev.epoch.events.table.RowsLocation;
import java.util.Map;
import java.util.UUID;

/**
 * A branch points to another commit, without a new one.
 *
 * @param operationId the operation that moved the rows, or null
 * @param branchId of the branch
 * @param from head before
 * @param to head after
 * @param reason fast_forward, ...
 * @param locations by table id: where this branch keeps the rows, if not where the commit says
 */
public record BranchMovedV1(
    UUID operationId,
    String branchId,
    String from,
    String to,
    String reason,
    Map<String, RowsLocation> locations)
    implements Event.OfBranch {
  public BranchMovedV1 {
    locations = locations == null ? Map.of() : Map.copyOf(locations);
  }
}
