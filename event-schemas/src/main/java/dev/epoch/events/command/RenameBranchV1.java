package dev.epoch.events.command;

/**
 * Rename a branch.
 *
 * @param from old name
 * @param to new name
 */
public record RenameBranchV1(String from, String to) implements Command {}
