package dev.epoch.events.event;

/**
 * A repository has no catalog any more.
 *
 * @param database name of the repository
 */
public record CatalogDeletedV1(String database) implements Event.OfCatalog {}
