package dev.epoch.events.event;

/**
 * The actor works with this repository unless a request names another.
 *
 * @param name of the repository
 */
public record RepositoryOpenedV1(String name) implements Event.OfRepository {}
