package dev.epoch.storage.branch;

/**
 * All rows that a branch sees of a table, in one place.
 *
 * @param tableId of the registration
 * @param rows estimated
 * @param bytes on disk, with indexes
 * @param inUse whether clients read it; not yet while older transactions are at work
 * @param automatic whether nobody asked for it
 */
public record BranchCopy(String tableId, long rows, long bytes, boolean inUse, boolean automatic) {}
