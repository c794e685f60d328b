package dev.epoch.events.command;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Stop versioning a table.
 *
 * @param name in the repository
 * @param force also with uncommitted changes
 * @param keep what commits read of it stays; if not, what earlier removals of this name kept goes
 *     too
 * @param branch whose next commit is without it; null: the default branch
 */
public record RemoveTableV1(
    String name,
    boolean force,
    boolean keep,
    @JsonInclude(JsonInclude.Include.NON_NULL) String branch)
    implements Command {

  /** Of the default branch. */
  public RemoveTableV1(String name, boolean force, boolean keep) {
    this(name, force, keep, null);
  }
}
