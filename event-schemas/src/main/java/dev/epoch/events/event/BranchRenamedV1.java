package dev.epoch.events.event;

/**
 * A branch has another name.
 *
 * @param branchId of the branch
 * @param from old name
 * @param to new name
 */
public record BranchRenamedV1(String branchId, String from, String to) implements Event.OfBranch {}
