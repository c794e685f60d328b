package dev.epoch.storage.postgres.state;

/**
 * What belongs to a live table, or to an open table of a branch: quoted names with schema.
 *
 * @param rows the users' table itself; of an append-only table, Epoch's rows with their ids
 * @param workingSet images before uncommitted changes
 * @param history images before committed changes
 * @param head the same rows without what is not committed, as the layers have them; null for a live
 *     table
 */
public record LiveRelations(
    String rows, String workingSet, String history, PhysicalState.Overlaid head) {

  public LiveRelations(String rows, String workingSet, String history) {
    this(rows, workingSet, history, null);
  }
}
