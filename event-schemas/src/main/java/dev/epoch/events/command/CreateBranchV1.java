package dev.epoch.events.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.events.BranchExpiry;

/**
 * Create a branch.
 *
 * @param name of the branch
 * @param commit to start at
 * @param startPoint as the user wrote it
 * @param checkout whether the actor then works on it
 * @param expiry null for never
 * @param ownSequences whether columns that sequences feed take their values from sequences of its
 *     own; null for as on the branch that it starts from
 * @param schemaOnly whether it versions schemas and no rows; so does a branch that is made from
 *     one; null for no
 */
public record CreateBranchV1(
    String name,
    String commit,
    String startPoint,
    boolean checkout,
    @JsonInclude(JsonInclude.Include.NON_NULL) BranchExpiry expiry,
    @JsonInclude(JsonInclude.Include.NON_NULL) Boolean ownSequences,
    @JsonInclude(JsonInclude.Include.NON_NULL) Boolean schemaOnly)
    implements Command {

  /** A branch like any other, that stays. */
  public CreateBranchV1(String name, String commit, String startPoint, boolean checkout) {
    this(name, commit, startPoint, checkout, null, null, null);
  }

  public boolean asksForSchemaOnly() {
    return Boolean.TRUE.equals(schemaOnly);
  }
}
