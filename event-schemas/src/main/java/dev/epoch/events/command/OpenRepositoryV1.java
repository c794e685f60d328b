package dev.epoch.events.command;

/**
 * Work with this repository from now on.
 *
 * @param name of the repository
 */
public record OpenRepositoryV1(String name) implements Command {}
