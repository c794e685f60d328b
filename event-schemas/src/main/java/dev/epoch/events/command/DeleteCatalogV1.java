package dev.epoch.events.command;

/**
 * Take an empty catalog away.
 *
 * @param database name of the repository
 */
public record DeleteCatalogV1(String database) implements Command {}
