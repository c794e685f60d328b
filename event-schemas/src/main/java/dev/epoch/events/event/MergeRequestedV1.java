package dev.epoch.events.event;

import dev.epoch.events.Actor;

/**
 * A branch is to be merged as soon as that is allowed.
 *
 * @param branchId branch to merge into
 * @param sourceBranchId branch to merge
 * @param commit its head, which alone is merged
 * @param message of the merge commit, or null
 * @param author of the merge commit
 */
public record MergeRequestedV1(
    String branchId, String sourceBranchId, String commit, String message, Actor author)
    implements Event.OfMerge {}
