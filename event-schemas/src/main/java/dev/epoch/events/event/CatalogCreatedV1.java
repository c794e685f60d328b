package dev.epoch.events.event;

/**
 * A repository has a catalog.
 *
 * @param name name for people
 * @param description description for people
 * @param defaultBranch name of the first branch
 * @param defaultBranchId id of the first branch
 * @param ownsRepository whether the repository was made for the catalog, and goes with it
 */
public record CatalogCreatedV1(
    String name,
    String description,
    String defaultBranch,
    String defaultBranchId,
    boolean ownsRepository)
    implements Event.OfCatalog {}
