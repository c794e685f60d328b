package dev.epoch.engine.state;

import dev.epoch.events.Actor;
import dev.epoch.events.ConflictSettings;
import org.pcollections.PVector;

/**
 * Commits that are replayed on a branch, one after the other.
 *
 * @param verb revert, cherry_pick, rebase
 * @param source the commits, as the user wrote them
 * @param from head of the branch before
 * @param onto for a rebase: commit that the branch is moved to first; null once it stands there
 * @param rest ids of the commits to come, the next first
 * @param mainline of merge commits: number of the parent that their changes are seen against, 0 for
 *     the first
 * @param strategy three_way, ours, theirs
 * @param author of the commits; null for the authors of the commits that are replayed, or for the
 *     actor who reverts
 * @param liveChanges {@code commit} or {@code refuse}
 * @param rules what settles conflicts before the settings of the repository do, or null
 */
public record Replay(
    String verb,
    String source,
    String from,
    String onto,
    PVector<String> rest,
    long mainline,
    String strategy,
    Actor author,
    String liveChanges,
    ConflictSettings rules) {

  /** Without the move to {@link #onto}, which has happened; null if that was all. */
  Replay moved() {
    return rest.isEmpty()
        ? null
        : new Replay(
            verb, source, from, null, rest, mainline, strategy, author, liveChanges, rules);
  }

  /** Without its next commit; null if that was the last. */
  Replay advanced() {
    return rest.size() <= 1
        ? null
        : new Replay(
            verb,
            source,
            from,
            onto,
            rest.minus(0),
            mainline,
            strategy,
            author,
            liveChanges,
            rules);
  }
}
