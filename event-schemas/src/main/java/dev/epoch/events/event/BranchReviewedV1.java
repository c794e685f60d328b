package dev.epoch.events.event;

/**
 * Somebody said whether the head of a branch may be merged.
 *
 * @param branchId of the branch
 * @param commit that was looked at
 * @param verdict approve, reject
 * @param comment for people, or null
 */
public record BranchReviewedV1(String branchId, String commit, String verdict, String comment)
    implements Event.OfBranch {}
