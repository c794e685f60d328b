package dev.epoch.events.event;

/**
 * The actor works on this branch unless a request names another.
 *
 * @param branchId of the branch
 */
public record BranchCheckedOutV1(String branchId) implements Event.OfBranch {}
