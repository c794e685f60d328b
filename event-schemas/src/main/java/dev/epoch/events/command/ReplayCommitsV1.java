package dev.epoch.events.command;

import dev.epoch.events.Actor;
import dev.epoch.events.ConflictSettings;
import java.util.List;

/**
 * Make the changes of commits again on a branch, or take them back.
 *
 * @param branch name
 * @param verb revert, cherry_pick, rebase
 * @param source the commits, as the user wrote them
 * @param commits in the order in which they are replayed
 * @param mainline of merge commits: number of the parent that their changes are seen against, 0 for
 *     the first
 * @param onto for a rebase: commit that the branch is moved to first, else null
 * @param strategy three_way, ours, theirs
 * @param message of the commit, null for the usual one
 * @param author of the commit; null for the author of the commit that is replayed, or for the actor
 *     who reverts
 * @param noCommit leave the result open for its commit
 * @param failOnConflict refuse instead of leaving conflicts open
 * @param expectedHead head the client knows, or null
 * @param liveChanges {@code commit} or {@code refuse}, as for merges
 * @param rules what settles conflicts before the settings of the repository do, or null
 */
public record ReplayCommitsV1(
    String branch,
    String verb,
    String source,
    List<String> commits,
    long mainline,
    String onto,
    String strategy,
    String message,
    Actor author,
    boolean noCommit,
    boolean failOnConflict,
    String expectedHead,
    String liveChanges,
    ConflictSettings rules)
    implements Command {
  public ReplayCommitsV1 {
    commits = commits == null ? List.of() : List.copyOf(commits);
  }
}
