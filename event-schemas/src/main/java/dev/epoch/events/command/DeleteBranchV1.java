package dev.epoch.events.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * Delete a branch.
 *
 * @param name of the branch
 * @param force also unmerged
 * @param uncommitted fact: it has uncommitted changes
 * @param expiredBefore only if it has expired before this time; null if somebody asks for it
 */
public record DeleteBranchV1(
    String name,
    boolean force,
    boolean uncommitted,
    @JsonInclude(JsonInclude.Include.NON_NULL) Instant expiredBefore)
    implements Command {

  /** As somebody asks for it. */
  public DeleteBranchV1(String name, boolean force, boolean uncommitted) {
    this(name, force, uncommitted, null);
  }
}
