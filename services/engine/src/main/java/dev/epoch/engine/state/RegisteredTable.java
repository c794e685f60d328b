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
    boolean dropped) {

  /** Whether the branch has it from its registration on, before a commit of the branch does. */
  public boolean beganOn(BranchState on, boolean isDefault) {
    return !dropped && (branch == null ? isDefault : branch.equals(on.id()));
  }

  /** The same, versioned no more; what was dropped once stays so. */
  RegisteredTable asRemoved(boolean keep) {
    return with(true, keep && (kept || !removed), dropped);
  }

  /** The same, dropped by the branch that it began on. */
  RegisteredTable asDropped() {
    return with(removed, kept, true);
  }

  private RegisteredTable with(boolean isRemoved, boolean isKept, boolean isDropped) {
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
        isDropped);
  }
}
