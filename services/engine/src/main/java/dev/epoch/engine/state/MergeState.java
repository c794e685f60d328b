package dev.epoch.engine.state;

import dev.epoch.events.ConflictSettings;
import dev.epoch.events.Digest;
import dev.epoch.events.event.ConflictsResolvedV1;
import java.util.List;
import java.util.Map;
import org.pcollections.PVector;

/**
 * A merge that waits on its target branch.
 *
 * @param id of the merge
 * @param source as the user named it
 * @param sourceCommit what is merged
 * @param targetCommit head of the target when it was opened
 * @param bases best common ancestors
 * @param strategy three_way, ours, theirs
 * @param message of the commit to come, or null
 * @param conflictSet root chunk of the conflicts, or null
 * @param conflicts number by table name
 * @param decisions about conflicts, in order
 * @param earlier how many of the decisions were made before the merge was opened last: they are in
 *     its plan, and not about the conflicts that wait now
 * @param remaining conflicts without decision
 * @param liveChanges {@code commit} or {@code refuse}
 * @param verb merge, revert, cherry_pick, rebase
 * @param rules what settles conflicts of it, or null for nothing
 */
public record MergeState(
    String id,
    String source,
    String sourceCommit,
    String targetCommit,
    List<String> bases,
    String strategy,
    String message,
    Digest conflictSet,
    Map<String, Long> conflicts,
    PVector<ConflictsResolvedV1> decisions,
    int earlier,
    long remaining,
    String liveChanges,
    String verb,
    ConflictSettings rules) {

  MergeState decided(ConflictsResolvedV1 decision) {
    return new MergeState(
        id,
        source,
        sourceCommit,
        targetCommit,
        bases,
        strategy,
        message,
        conflictSet,
        conflicts,
        decisions.plus(decision),
        earlier,
        decision.remaining(),
        liveChanges,
        verb,
        rules);
  }
}
