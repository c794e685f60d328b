package dev.epoch.events.event;

import dev.epoch.events.Digest;

/**
 * A catalog has a branch more.
 *
 * @param branchId id of the branch
 * @param name name for people
 * @param description description for people
 * @param parentBranchId id of the branch that it begins at
 * @param author who makes it
 * @param head commit that it begins at, or null if there is none
 */
public record CatalogBranchCreatedV1(
    String branchId,
    String name,
    String description,
    String parentBranchId,
    String author,
    Digest head)
    implements Event.OfCatalog {}
