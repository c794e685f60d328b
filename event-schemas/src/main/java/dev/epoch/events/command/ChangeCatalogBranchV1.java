package dev.epoch.events.command;

/**
 * Change what a branch of a catalog is called, or its status.
 *
 * @param branchId id of the branch
 * @param name new name, or null to keep it
 * @param description new description, or null to keep it
 * @param status active, merged or archived; null to keep it
 */
public record ChangeCatalogBranchV1(String branchId, String name, String description, String status)
    implements Command {}
