package dev.epoch.engine.state;

import dev.epoch.events.Actor;
import java.time.Instant;

/**
 * A branch that is to be merged into another as soon as that is allowed.
 *
 * @param sourceBranchId branch to merge
 * @param commit its head when it was asked for, which alone is merged
 * @param message of the merge commit, or null
 * @param author of the merge commit
 * @param actor who asked for it, whose merge it is
 * @param time when
 */
public record MergeRequest(
    String sourceBranchId,
    String commit,
    String message,
    Actor author,
    Actor actor,
    Instant time) {}
