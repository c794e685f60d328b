package dev.epoch.events.command;

/**
 * Discard the working commit of a branch.
 *
 * @param branchId id of the branch
 */
public record AbandonCatalogChangesV1(String branchId) implements Command {}
