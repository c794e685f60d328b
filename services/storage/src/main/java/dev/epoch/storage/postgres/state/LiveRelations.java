package dev.epoch.storage.postgres.state;

/**
 * What belongs to a live table: quoted names with schema.
 *
 * @param rows the users' table itself; of an append-only table, Epoch's rows with their ids
 * @param workingSet images before uncommitted changes
 * @param history images before committed changes
 */
public record LiveRelations(String rows, String workingSet, String history) {}
