package dev.epoch.events.event;

import com.fasterxml.jackson.annotation.JsonInclude;
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
 * @param ownSequences whether columns that sequences feed take their values from sequences of its
 *     own: true, or null for those that all share
 */
public record BranchCreatedV1(
    String branchId,
    String name,
    String head,
    String startPoint,
    Map<String, RowsLocation> locations,
    @JsonInclude(JsonInclude.Include.NON_NULL) Boolean ownSequences)
    implements Event.OfBranch {
  public BranchCreatedV1 {
    locations = locations == null ? Map.of() : Map.copyOf(locations);
    ownSequences = Boolean.TRUE.equals(ownSequences) ? Boolean.TRUE : null;
  }

  /** A branch that shares sequences. */
  public BranchCreatedV1(
      String branchId,
      String name,
      String head,
      String startPoint,
      Map<String, RowsLocation> locations) {
    this(branchId, name, head, startPoint, locations, null);
  }
}
