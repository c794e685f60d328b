package dev.epoch.engine.state;

/**
 * What a branch is from its creation on, and what branches that are made from it are.
 *
 * @param ownSequences whether its columns are fed by sequences of its own
 * @param schemaOnly whether it versions schemas and no rows: those of its tables are scratch data
 */
public record BranchTraits(boolean ownSequences, boolean schemaOnly) {
  /** A branch like any other. */
  public static final BranchTraits NONE = new BranchTraits(false, false);
}
