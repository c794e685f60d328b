package dev.epoch.events.event;

import dev.epoch.events.Actor;
import dev.epoch.events.ConflictSettings;
import java.util.List;

/**
 * Several commits are replayed on a branch, one after the other.
 *
 * @param branchId of the branch
 * @param verb revert, cherry_pick, rebase
 * @param source the commits, as the user wrote them
 * @param from head of the branch before
 * @param onto for a rebase: commit that the branch is moved to first, else null
 * @param commits in the order in which they are replayed
 * @param mainline of merge commits: number of the parent that their changes are seen against, 0 for
 *     the first
 * @param strategy three_way, ours, theirs
 * @param author of the commits; null for the authors of the commits that are replayed, or for the
 *     actor who reverts
 * @param liveChanges {@code commit} or {@code refuse}
 * @param rules what settles conflicts before the settings of the repository do, or null
 */
public record ReplayStartedV1(
    String branchId,
    String verb,
    String source,
    String from,
    String onto,
    List<String> commits,
    long mainline,
    String strategy,
    Actor author,
    String liveChanges,
    ConflictSettings rules)
    implements Event.OfReplay {
  public ReplayStartedV1 {
    commits = commits == null ? List.of() : List.copyOf(commits);
  }
}
