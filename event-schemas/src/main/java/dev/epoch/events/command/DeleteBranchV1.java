package dev.epoch.events.command;

/**
 * Delete a branch.
 *
 * @param name of the branch
 * @param force also unmerged
 * @param uncommitted fact: it has uncommitted changes
 */
public record DeleteBranchV1(String name, boolean force, boolean uncommitted) implements Command {}
