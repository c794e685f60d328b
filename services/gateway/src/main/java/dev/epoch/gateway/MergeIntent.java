package dev.epoch.gateway;

import dev.epoch.events.Actor;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.MergeStrategy;
import java.util.List;

/**
 * A merge that somebody wants: begun now, or open and continued.
 *
 * @param targetId id of the branch
 * @param sourceCommit id of the commit that is merged
 * @param source as the user named it
 * @param strategy wire name: three_way, fast_forward, ours, theirs
 * @param givenMessage of the commit, null for the usual one
 * @param author of the commit
 * @param liveChanges {@code commit} or {@code refuse}
 * @param noCommit leave the merge open for its commit
 * @param failOnConflict refuse instead of leaving conflicts open
 * @param mergeId of the open merge that continues, or null
 * @param decisions of it, in order
 * @param command wire name of the command
 */
record MergeIntent(
    String targetId,
    String sourceCommit,
    String source,
    String strategy,
    String givenMessage,
    Actor author,
    String liveChanges,
    boolean noCommit,
    boolean failOnConflict,
    String mergeId,
    List<Decision> decisions,
    String command) {

  boolean continues() {
    return mergeId != null;
  }

  /** Live changes are committed first, unless the head is only to be moved. */
  boolean commitsLiveChanges() {
    return liveChanges.equals("commit") && !strategy.equals("fast_forward");
  }

  MergeStrategy rowStrategy() {
    return strategy.equals("fast_forward") ? MergeStrategy.DEFAULT : MergeStrategy.of(strategy);
  }

  String message(String target) {
    return givenMessage != null ? givenMessage : "Merge " + source + " into " + target;
  }
}
