package dev.epoch.events.command;

/**
 * Stop versioning a table.
 *
 * @param name in the repository
 * @param force also with uncommitted changes
 * @param keep what commits read of it stays; if not, what earlier removals of this name kept goes
 *     too
 */
public record RemoveTableV1(String name, boolean force, boolean keep) implements Command {}
