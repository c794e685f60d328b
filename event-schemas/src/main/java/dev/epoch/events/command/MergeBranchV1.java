package dev.epoch.events.command;

import dev.epoch.events.Actor;
import java.util.List;

/**
 * Merge a branch into another.
 *
 * @param target branch name
 * @param source as the user wrote it
 * @param sourceCommit it stands for
 * @param strategy three_way, fast_forward, ours, theirs
 * @param message or null
 * @param author of the merge, null for the actor
 * @param noCommit leave the merge open for its commit
 * @param failOnConflict refuse instead of leaving conflicts open
 * @param expectedHead head the client knows, or null
 * @param uncommitted fact: names of tables of the target with uncommitted changes
 */
public record MergeBranchV1(
    String target,
    String source,
    String sourceCommit,
    String strategy,
    String message,
    Actor author,
    boolean noCommit,
    boolean failOnConflict,
    String expectedHead,
    List<String> uncommitted)
    implements Command {
  public MergeBranchV1 {
    uncommitted = uncommitted == null ? List.of() : List.copyOf(uncommitted);
  }
}
