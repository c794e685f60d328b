package dev.epoch.events.command;

/**
 * Create a branch.
 *
 * @param name of the branch
 * @param commit to start at
 * @param startPoint as the user wrote it
 * @param checkout whether the actor then works on it
 */
public record CreateBranchV1(String name, String commit, String startPoint, boolean checkout)
    implements Command {}
