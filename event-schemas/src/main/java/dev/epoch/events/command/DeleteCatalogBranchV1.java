package dev.epoch.events.command;

/**
 * Delete a branch of a catalog.
 *
 * @param branchId id of the branch
 * @param force whether commits that are nowhere else may be lost
 */
public record DeleteCatalogBranchV1(String branchId, boolean force) implements Command {}
