package dev.epoch.engine.state;

import dev.epoch.events.Digest;
import dev.epoch.events.table.TableSchema;

/**
 * A registered table.
 *
 * @param id never used again
 * @param name in the repository
 * @param storage it is in
 * @param schemaName in the database
 * @param tableName in the database
 * @param schema of its rows
 * @param schemaHash of the schema
 * @param baselineRows rows at registration
 * @param baselineHash content hash at registration
 * @param baselineSum content sum at registration, base64
 * @param position of the registering operation: the baseline is the live table at it
 * @param removed whether it is versioned no more
 * @param kept whether commits still read what they read of it, though it is removed
 * @param branch id of the branch that it was made on, to which the baseline belongs; null: a live
 *     table
 * @param dropped whether the branch that it began on has dropped it
 * @param removedOn id of the branch whose next commit is without it; null: none, or the default one
 * @param copy what it and the table that it was copied from have of each other; null: it was not
 */
public record RegisteredTable(
    String id,
    String name,
    String storage,
    String schemaName,
    String tableName,
    TableSchema schema,
    Digest schemaHash,
    long baselineRows,
    Digest baselineHash,
    String baselineSum,
    long position,
    boolean removed,
    boolean kept,
    String branch,
    boolean dropped,
    String removedOn,
    TableCopy copy) {

  /** Whether the branch has it from its registration on, before a commit of the branch does. */
  public boolean beganOn(BranchState on, boolean isDefault) {
    return !dropped && (branch == null ? isDefault : branch.equals(on.id()));
  }

  /** The same, versioned no more; what was dropped once stays so. */
  RegisteredTable asRemoved(boolean keep, String on) {
    return with(true, keep && (kept || !removed), dropped, removed ? removedOn : on, copy);
  }

  /** Whether the next commit of the branch is without it. */
  public boolean removedOn(BranchState on, boolean isDefault) {
    return removed && (removedOn == null ? isDefault : removedOn.equals(on.id()));
  }

  /** The same, dropped by the branch that it began on. */
  RegisteredTable asDropped() {
    return with(removed, kept, true, removedOn, copy);
  }

  /** The same with another state of its origin, or the origin with another state of it. */
  RegisteredTable withCopy(TableCopy other) {
    return with(removed, kept, dropped, removedOn, other);
  }

  private RegisteredTable with(
      boolean isRemoved, boolean isKept, boolean isDropped, String on, TableCopy ofOrigin) {
    return new RegisteredTable(
        id,
        name,
        storage,
        schemaName,
        tableName,
        schema,
        schemaHash,
        baselineRows,
        baselineHash,
        baselineSum,
        position,
        isRemoved,
        isKept,
        branch,
        isDropped,
        on,
        ofOrigin);
  }
}
