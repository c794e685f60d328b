package dev.epoch.storage.postgres;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.BranchHandle;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TableState;
import dev.epoch.storage.postgres.PhysicalState.Live;
import dev.epoch.storage.postgres.PhysicalState.Nothing;
import dev.epoch.storage.postgres.PhysicalState.Overlaid;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds the relations that hold a state. */
final class StateResolver {
  private final RelationNames names;

  StateResolver(RelationNames names) {
    this.names = names;
  }

  PhysicalState resolve(Session session, TableHandle table, TableState state) {
    return switch (state) {
      case TableState.Empty _ -> new Nothing();
      case TableState.Committed committed -> at(session, table, committed.location());
      case TableState.Working working -> working(session, table, working);
    };
  }

  private PhysicalState working(Session session, TableHandle table, TableState.Working working) {
    if (working.branch().isDefault()) {
      return new Live(names.live(session, table), PhysicalState.NOW);
    }
    Optional<BranchPlacement> placement = placement(session, working.branch(), table);
    return placement.isPresent() && placement.get().hasOverlay()
        ? own(session, table, working.branch(), placement.get().anchor())
        : at(session, table, working.head());
  }

  /** The state at a location. */
  PhysicalState at(Session session, TableHandle table, RowsLocation location) {
    Live live = new Live(names.live(session, table), location.anchor());
    return location.overlay() == null
        ? live
        : new Overlaid(
            live, names.overlay(session, table, location.overlay()), location.overlayPosition());
  }

  /** The working state of a branch that has an overlay of its own. */
  Overlaid own(Session session, TableHandle table, BranchHandle branch, long anchor) {
    return new Overlaid(
        new Live(names.live(session, table), anchor),
        names.overlay(session, table, branch.id()),
        PhysicalState.NOW);
  }

  /** Looks at all these tables at once, so that none is looked at alone in this transaction. */
  void requireFitting(Session session, Collection<TableHandle> tables) {
    names.requireFitting(session, tables);
  }

  /** {@link #requireFitting} in two steps: asks now, and judges when the answer is waited for. */
  Runnable askFitting(Session session, Collection<TableHandle> tables) {
    return names.askFitting(session, tables);
  }

  LiveRelations live(Session session, TableHandle table) {
    return names.live(session, table);
  }

  OverlayRelations overlay(Session session, TableHandle table, BranchHandle branch) {
    return names.overlay(session, table, branch.id());
  }

  /** Relations of the working sets that there are, by table id; looks at no table's shape. */
  Map<String, String> workingSets(
      Session session, BranchHandle branch, Collection<TableHandle> tables) {
    Map<String, BranchPlacement> placements =
        branch.isDefault()
            ? Map.of()
            : placements(session, branch, tables.stream().map(TableHandle::id).toList());
    Map<String, String> workingSets = new LinkedHashMap<>();
    for (TableHandle table : tables) {
      BranchPlacement placement = placements.get(table.id());
      if (branch.isDefault()) {
        workingSets.put(table.id(), names.liveWorkingSet(session, table));
      } else if (placement != null && placement.hasOverlay()) {
        workingSets.put(table.id(), overlay(session, table, branch).workingSet());
      }
    }
    return workingSets;
  }

  Optional<BranchPlacement> placement(Session session, BranchHandle branch, TableHandle table) {
    return Optional.ofNullable(placements(session, branch, List.of(table.id())).get(table.id()));
  }

  /** By table id; tables that the database does not know on the branch are left out. */
  Map<String, BranchPlacement> placements(
      Session session, BranchHandle branch, Collection<String> tableIds) {
    return placements(session, branch, tableIds, "").get();
  }

  /** The same without waiting for the answer, which the supplier waits for. */
  Supplier<Map<String, BranchPlacement>> askPlacements(
      Session session, BranchHandle branch, Collection<String> tableIds) {
    return placements(session, branch, tableIds, "");
  }

  /** The same, kept as they are until the transaction ends. */
  Map<String, BranchPlacement> lockPlacements(
      Session session, BranchHandle branch, Collection<String> tableIds) {
    return placements(session, branch, tableIds, " ORDER BY table_id FOR UPDATE").get();
  }

  private static Supplier<Map<String, BranchPlacement>> placements(
      Session session, BranchHandle branch, Collection<String> tableIds, String locking) {
    Supplier<List<Map.Entry<String, BranchPlacement>>> found =
        session.ask(
            """
            SELECT table_id, has_overlay, anchor, source_overlay, source_position
            FROM epoch.branch_tables
            WHERE branch_id = $1 AND table_id = ANY ($2)\
            """
                + locking,
            row ->
                Map.entry(
                    row.getString(0),
                    new BranchPlacement(
                        row.getBoolean(1),
                        row.getLong(2),
                        row.getString(3),
                        row.getLong(4) == null ? 0 : row.getLong(4))),
            branch.id(),
            tableIds.toArray(String[]::new));
    return () -> {
      Map<String, BranchPlacement> placements = new LinkedHashMap<>();
      found.get().forEach(entry -> placements.put(entry.getKey(), entry.getValue()));
      return placements;
    };
  }
}
