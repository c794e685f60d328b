package dev.epoch.events.command;

/**
 * Delete a repository and all that Epoch keeps for it.
 *
 * @param name of the repository
 */
public record DeleteRepositoryV1(String name) implements Command {}
