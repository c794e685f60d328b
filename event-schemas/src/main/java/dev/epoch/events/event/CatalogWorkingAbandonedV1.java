package dev.epoch.events.event;

/**
 * The working commit of a branch is discarded.
 *
 * @param branchId id of the branch
 * @param workingId id of the working commit
 */
public record CatalogWorkingAbandonedV1(String branchId, String workingId)
    implements Event.OfCatalog {}
