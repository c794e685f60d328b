package dev.epoch.events.event;

/**
 * A branch is gone; its commits stay while others reach them.
 *
 * @param branchId of the branch
 * @param name it had
 * @param head it stood at
 */
public record BranchDeletedV1(String branchId, String name, String head)
    implements Event.OfBranch {}
