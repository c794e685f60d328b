package dev.epoch.storage.postgres.state;

import dev.epoch.storage.postgres.catalog.TableShape;

/**
 * What belongs to a live table, or to an open table of a branch: quoted names with schema.
 *
 * @param rows the users' table itself, or a query over it where the schema that is meant has
 *     columns that went; of an append-only table, Epoch's rows with their ids
 * @param workingSet images before uncommitted changes; of an open table, what says which keys were
 *     written
 * @param touchedKeys the keys of the working set, each once; for FROM
 * @param history images before committed changes
 * @param shape of the live table and of its layers, null of an append-only one
 * @param head the same rows without what is not committed, as the layers have them; null for a live
 *     table
 */
public record LiveRelations(
    String rows,
    String workingSet,
    String touchedKeys,
    String history,
    TableShape shape,
    PhysicalState.Overlaid head) {

  /** The relation that the rows are read from. */
  public String relation() {
    return rows.startsWith("(SELECT ")
        ? rows.substring(
            rows.lastIndexOf(TableShape.FROM) + TableShape.FROM.length(), rows.length() - 1)
        : rows;
  }

  public LiveRelations(String rows, String workingSet, String history, TableShape shape) {
    this(rows, workingSet, workingSet, history, shape, null);
  }
}
