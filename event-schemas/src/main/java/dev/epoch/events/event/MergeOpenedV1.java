package dev.epoch.events.event;

import dev.epoch.events.ConflictSettings;
import dev.epoch.events.Digest;
import java.util.List;
import java.util.Map;

/**
 * A merge waits on its target branch: for conflicts to be resolved, or for its commit.
 *
 * @param mergeId of the merge
 * @param branchId target
 * @param source as the user named it
 * @param sourceCommit what is merged
 * @param targetCommit head of the target
 * @param bases best common ancestors
 * @param strategy three_way, ours, theirs
 * @param message of the commit to come, or null
 * @param conflictSet root chunk of the conflicts, null if there are none
 * @param conflicts number by table name
 * @param liveChanges {@code commit} or {@code refuse}: what becomes of uncommitted live changes
 *     when the merge continues
 * @param verb merge, revert, cherry_pick, rebase; the last three merge against the one of {@code
 *     bases}, which need not be an ancestor
 * @param rules what settles conflicts of it, or null for nothing
 */
public record MergeOpenedV1(
    String mergeId,
    String branchId,
    String source,
    String sourceCommit,
    String targetCommit,
    List<String> bases,
    String strategy,
    String message,
    Digest conflictSet,
    Map<String, Long> conflicts,
    String liveChanges,
    String verb,
    ConflictSettings rules)
    implements Event.OfMerge {
  public MergeOpenedV1 {
    bases = bases == null ? List.of() : List.copyOf(bases);
    conflicts = conflicts == null ? Map.of() : Map.copyOf(conflicts);
  }
}
