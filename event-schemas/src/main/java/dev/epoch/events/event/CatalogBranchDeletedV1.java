package dev.epoch.events.event;

import dev.epoch.events.Digest;

/**
 * A branch of a catalog is gone.
 *
 * @param branchId id of the branch
 * @param head commit that it stood at, or null
 */
public record CatalogBranchDeletedV1(String branchId, Digest head) implements Event.OfCatalog {}
