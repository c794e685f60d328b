package dev.epoch.events.event;

/**
 * A branch of a catalog has another name or status.
 *
 * @param branchId id of the branch
 * @param name its name now
 * @param description its description now
 * @param status its status now: active, merged or archived
 */
public record CatalogBranchChangedV1(
    String branchId, String name, String description, String status) implements Event.OfCatalog {}
