package dev.epoch.events.event;

/**
 * A branch is not to be merged by itself any more.
 *
 * @param branchId branch to merge into
 * @param sourceBranchId branch to merge
 * @param commit that was to be merged
 * @param reason withdrawn, merged, moved
 */
public record MergeRequestClosedV1(
    String branchId, String sourceBranchId, String commit, String reason)
    implements Event.OfMerge {}
