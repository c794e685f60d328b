package dev.epoch.storage.branch;

/**
 * A table that clients are reading on a branch.
 *
 * @param repository name
 * @param branchId of the branch
 * @param tableId of the registration
 * @param copied whether they read a copy, see {@link Materialization#materialize}
 */
public record BranchRead(String repository, String branchId, String tableId, boolean copied) {}
