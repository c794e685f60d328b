package dev.epoch.gateway.merge;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.merge.schema.SchemaConflicts;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.commit.MergeBase;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.schema.merge.SchemaResolution;
import java.util.List;
import java.util.Map;

/**
 * Tables that one side of a merge has dropped since the base.
 *
 * <pre>
 *                          the other side left it     the other side changed it
 *   the source dropped it  the target drops it        conflict
 *   the target dropped it  nothing to do              conflict
 * </pre>
 */
final class DroppedTables {
  /** What conflicts say of the side that has the table. */
  private static final String CHANGED = "changed";

  private final RepositoryState state;
  private final MergeBase base;
  private final boolean forward;

  DroppedTables(RepositoryState state, CommitState source, MergeBase base) {
    this.state = state;
    this.base = base;
    // a commit that is taken back was before the base: what it lacks was not dropped, but made
    // later
    this.forward =
        base.bestCommonAncestors().stream()
            .allMatch(id -> Lineage.isAncestor(state, id.hex(), source.id()));
  }

  /** How a table ends that one side does not have. */
  enum End {
    /** As the side has it that still has it. */
    STAYS,
    GONE,
    OPEN
  }

  /** Whether the base has the table: then who lacks it has dropped it. */
  boolean atBase(TableEntry entry) {
    return forward
        && BaseRows.entries(state, base, entry.name()).stream()
            .anyMatch(there -> there.tableId().equals(entry.tableId()));
  }

  /** Of a table that one side dropped and the other changed. */
  static RowConflict conflict(TableEntry table, boolean droppedBySource) {
    return new RowConflict(
        table.tableId(),
        table.name(),
        RowKey.of(),
        ConflictType.SCHEMA_DELETE_MODIFY,
        List.of(
            FieldConflict.whole(
                "table",
                table.name(),
                droppedBySource ? CHANGED : null,
                droppedBySource ? null : CHANGED)),
        "");
  }

  /**
   * @throws RefusedException if the decision means nothing for it
   */
  static End end(RowConflict conflict, boolean droppedBySource, SchemaConflicts decisions) {
    return decisions
        .resolution(conflict)
        .map(resolution ->
            switch (resolution) {
              case SchemaResolution.Ours _ -> droppedBySource ? End.STAYS : End.GONE;
              case SchemaResolution.Theirs _ -> droppedBySource ? End.GONE : End.STAYS;
              case SchemaResolution.Union _, SchemaResolution.Custom _ ->
                  throw new RefusedException(
                      Code.VALIDATION,
                      "One side has dropped table '%s': it is there, or it is not"
                          .formatted(conflict.tableName()),
                      Map.of("table", conflict.tableName(), "remedy", "ours or theirs"));
            })
        .orElse(End.OPEN);
  }

  /**
   * The default branch does not get a table back: its live relation lacks what bound it to others.
   */
  static RefusedException refused(TableEntry table, BranchState target) {
    return new RefusedException(
        Code.VALIDATION,
        "Table '%s' was dropped on branch '%s', and does not come back there"
            .formatted(table.name(), target.name()),
        Map.of(
            "table",
            table.name(),
            "branch",
            target.name(),
            "remedy",
            "On a branch that has it, copy it to a table of another name, and merge that"));
  }
}
