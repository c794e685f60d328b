package dev.epoch.events.event;

/**
 * A branch exists.
 *
 * @param branchId never used again
 * @param name of the branch
 * @param head commit it starts at
 * @param startPoint as the user wrote it
 */
public record BranchCreatedV1(String branchId, String name, String head, String startPoint)
    implements Event {}
