package dev.epoch.events.command;

/**
 * Stop versioning a table.
 *
 * @param name in the repository
 * @param force also with uncommitted changes
 */
public record RemoveTableV1(String name, boolean force) implements Command {}
