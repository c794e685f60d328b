package dev.epoch.events.command;

/**
 * Create a repository.
 *
 * @param name of the repository
 * @param description or null
 * @param defaultBranch or null for main
 */
public record CreateRepositoryV1(String name, String description, String defaultBranch)
    implements Command {}
