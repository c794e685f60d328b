package dev.epoch.storage.branch;

import java.util.Objects;

/**
 * A branch, as databases know it.
 *
 * @param repository it belongs to
 * @param id that no other branch ever has; names can be used again
 * @param name for clients
 * @param isDefault whether its rows are the live tables
 * @param version of the repository's log at which it has this name; 0 if that is not known
 * @param ownSequences whether values that the database gives on the branch come from sequences of
 *     its own; else from those of the live tables
 * @param schemaOnly whether the rows of its tables are scratch data of sessions
 * @param begins whether commits before its head made views, functions and the like that are not
 *     live: {@link BranchDirectory#beginBranch}
 */
public record BranchHandle(
    String repository,
    String id,
    String name,
    boolean isDefault,
    long version,
    boolean ownSequences,
    boolean schemaOnly,
    boolean begins) {
  public BranchHandle {
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
  }

  public BranchHandle(String repository, String id, String name, boolean isDefault) {
    this(repository, id, name, isDefault, 0);
  }

  public BranchHandle(String repository, String id, String name, boolean isDefault, long version) {
    this(repository, id, name, isDefault, version, false, false, false);
  }

  /** The same branch, with what it begins with. */
  public BranchHandle beginning(boolean withObjects) {
    return new BranchHandle(
        repository, id, name, isDefault, version, ownSequences, schemaOnly, withObjects);
  }
}
