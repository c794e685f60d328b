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
 * @param schemaOnly whether it versions schemas and no rows: true, or null
 */
public record BranchCreatedV1(
    String branchId,
    String name,
    String head,
    String startPoint,
    Map<String, RowsLocation> locations,
    @JsonInclude(JsonInclude.Include.NON_NULL) Boolean ownSequences,
    @JsonInclude(JsonInclude.Include.NON_NULL) Boolean schemaOnly)
    implements Event.OfBranch {
  public BranchCreatedV1 {
    locations = locations == null ? Map.of() : Map.copyOf(locations);
  }

  /** A branch like any other. */
  public BranchCreatedV1(
      String branchId,
      String name,
      String head,
      String startPoint,
      Map<String, RowsLocation> locations) {
    this(branchId, name, head, startPoint, locations, null, null);
  }

  public boolean hasOwnSequences() {
    return Boolean.TRUE.equals(ownSequences);
  }

  public boolean hasSchemaOnly() {
    return Boolean.TRUE.equals(schemaOnly);
  }
}
