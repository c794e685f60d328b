package dev.epoch.storage.postgres.state;

import dev.epoch.events.table.RowsLocation;

/**
 * What a branch sees of a table, as the catalog of the database has it.
 *
 * @param hasOverlay whether the branch owns an overlay of the table
 * @param anchor position of the live table underneath
 * @param sourceOverlay whose overlay is seen without an own one, or null
 * @param sourcePosition of that overlay
 * @param layers number of columns that the layers have
 * @param open where the branch's rows are while the table is open; null if it is layered
 * @param scratch quoted name, with schema, of the open table where its rows are not the branch's:
 *     that of a schema-only branch; else null
 * @param gone whether sessions have dropped the table there
 */
public record BranchPlacement(
    boolean hasOverlay,
    long anchor,
    String sourceOverlay,
    long sourcePosition,
    int layers,
    OpenRelations open,
    String scratch,
    boolean gone) {

  /** Whether the branch's rows are in its layers alone. */
  public boolean isLayered() {
    return open == null && scratch == null && !gone;
  }

  /** The same, closed. */
  public BranchPlacement layered() {
    return new BranchPlacement(
        hasOverlay, anchor, sourceOverlay, sourcePosition, layers, null, scratch, gone);
  }

  /** Where rows are that were never changed on the branch. */
  public RowsLocation source() {
    return new RowsLocation(anchor, sourceOverlay, sourceOverlay == null ? 0 : sourcePosition);
  }
}
