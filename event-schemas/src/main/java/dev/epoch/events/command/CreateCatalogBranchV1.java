package dev.epoch.events.command;

/**
 * Make a branch of a catalog.
 *
 * @param branchId id of the branch
 * @param name name for people
 * @param description description for people
 * @param parentBranchId id of the branch that it begins at
 * @param author who makes it
 */
public record CreateCatalogBranchV1(
    String branchId, String name, String description, String parentBranchId, String author)
    implements Command {}
