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
 */
public record BranchHandle(
    String repository, String id, String name, boolean isDefault, long version) {
  public BranchHandle {
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
  }

  public BranchHandle(String repository, String id, String name, boolean isDefault) {
    this(repository, id, name, isDefault, 0);
  }
}
