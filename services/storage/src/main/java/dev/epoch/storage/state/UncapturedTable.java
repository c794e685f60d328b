package dev.epoch.storage.state;

/**
 * A table whose changes may not have been captured.
 *
 * @param tableId of the table
 * @param branchId of the branch where that is so
 * @param problem why
 */
public record UncapturedTable(String tableId, String branchId, String problem) {}
