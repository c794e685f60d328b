package dev.epoch.events.event;

/**
 * The repository is gone; its tables are their users' alone again.
 *
 * @param name of the repository
 */
public record RepositoryDeletedV1(String name) implements Event.OfRepository {}
