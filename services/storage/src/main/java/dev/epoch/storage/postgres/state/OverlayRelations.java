package dev.epoch.storage.postgres.state;

/**
 * What belongs to the overlay that a branch has of a table: quoted names with schema.
 *
 * @param branch id of the branch that owns it
 * @param rows changed rows
 * @param tombstones keys of deleted rows
 * @param workingSet entries before uncommitted changes
 * @param history entries before committed changes
 */
public record OverlayRelations(
    String branch, String rows, String tombstones, String workingSet, String history) {}
