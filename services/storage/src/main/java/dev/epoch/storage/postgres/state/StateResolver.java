package dev.epoch.storage.postgres.state;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.catalog.TableShape;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.PhysicalState.Live;
import dev.epoch.storage.postgres.state.PhysicalState.Nothing;
import dev.epoch.storage.postgres.state.PhysicalState.Overlaid;
import dev.epoch.storage.state.TableState;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Finds the relations that hold a state. */
public final class StateResolver {
  private static final int MOST_PLACED = 10_000;

  private static final String PLACEMENTS =
      """
      SELECT table_id, has_overlay, anchor, source_overlay, source_position, parse_ident(open_relation),
        CASE WHEN open_relation IS NOT NULL THEN epoch.object_of('o', table_id, branch_id) END, open_rows,
        (SELECT count(*) FROM epoch.table_columns AS k WHERE k.table_id = p.table_id)::integer, absent,
        CASE WHEN (SELECT b.schema_only FROM epoch.branches AS b WHERE b.branch_id = $1) THEN open_relation END,
        touched_keys
      FROM epoch.branch_tables AS p
      WHERE branch_id = $1 AND table_id = ANY ($2)\
      """;

  private record Placed(String tableId, BranchPlacement placement) {
    static Placed of(Row row) {
      return new Placed(
          row.getString(0),
          new BranchPlacement(
              row.getBoolean(1),
              row.getLong(2),
              row.getString(3),
              row.getLong(4) == null ? 0 : row.getLong(4),
              row.getInteger(8),
              row.getString(6) == null || row.getString(10) != null
                  ? null
                  : new OpenRelations(
                      new TablePath(row.getArrayOfStrings(5)[0], row.getArrayOfStrings(5)[1]),
                      Quote.qualified("epoch", row.getString(6)),
                      row.getString(11),
                      row.getString(7)),
              row.getString(10),
              row.getBoolean(9)));
    }
  }

  private final RelationNames names;

  /** By table and branch: places of tables that have an overlay, as they were last found. */
  private final Map<String, Map<String, BranchPlacement>> placed = new ConcurrentHashMap<>();

  public StateResolver(RelationNames names) {
    this.names = names;
  }

  PhysicalState resolve(Session session, TableHandle table, TableState state) {
    return switch (state) {
      case TableState.Empty _ -> new Nothing();
      case TableState.Committed committed -> at(session, table, committed.location());
      case TableState.Working working -> working(session, table, working);
      case TableState.Difference _ ->
          throw new IllegalArgumentException("a difference has no rows of its own");
      case TableState.Another another -> resolve(session, another.table(), another.state());
    };
  }

  private PhysicalState working(Session session, TableHandle table, TableState.Working working) {
    if (working.branch().isDefault()) {
      return new Live(names.live(session, table), PhysicalState.NOW);
    }
    Optional<BranchPlacement> placement = placement(session, working.branch(), table);
    if (placement.isPresent() && placement.get().open() != null) {
      requireHeld(session, table, working.branch());
    }
    return placement.isPresent() && placement.get().hasOverlay()
        ? own(session, table, working.branch(), placement.get())
        : at(session, table, working.head());
  }

  private static void requireHeld(Session session, TableHandle table, BranchHandle branch) {
    boolean held =
        session
            .first(
                "SELECT epoch.hold_open($1, $2)", row -> row.getBoolean(0), branch.id(), table.id())
            .orElse(false);
    if (!held) {
      throw new BusyException("Table " + table.name() + " was closed meanwhile", "Try again");
    }
  }

  /** The working state of a branch that has an overlay of its own. */
  public PhysicalState own(
      Session session, TableHandle table, BranchHandle branch, BranchPlacement placement) {
    Overlaid layered = own(session, table, branch, placement.anchor());
    OpenRelations open = placement.open();
    return open == null
        ? layered
        : new Live(
            new LiveRelations(
                open.rows(),
                open.workingSet(),
                open.touchedKeys(),
                layered.overlay().history(),
                layered.base().live().shape(),
                layered),
            PhysicalState.NOW);
  }

  /** The state at a location. */
  public PhysicalState at(Session session, TableHandle table, RowsLocation location) {
    Live live = new Live(names.live(session, table), location.anchor());
    return location.overlay() == null
        ? live
        : new Overlaid(
            live, names.overlay(session, table, location.overlay()), location.overlayPosition());
  }

  /** What the layers say of a table of which the branch has an overlay. */
  public Overlaid own(Session session, TableHandle table, BranchHandle branch, long anchor) {
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
  public Runnable checkShape(Session session, Collection<TableHandle> tables) {
    return names.checkShape(session, tables);
  }

  /** {@link #checkShape} of what was found to fit before: see {@link Session#assume}. */
  public Runnable assumeShape(Session session, Collection<TableHandle> tables) {
    return names.assumeShape(session, tables);
  }

  /**
   * From now on this transaction sees the live table with another shape, which it has given it;
   * null: with the one that was last looked at.
   */
  public void made(Session session, TableHandle table, TableShape shape) {
    names.made(session, table, shape);
  }

  /** Columns of states of a table, under the names that the layers have for them. */
  public TableColumns columns(TableHandle table) {
    return names.columns(table);
  }

  public LiveRelations live(Session session, TableHandle table) {
    return names.live(session, table);
  }

  public OverlayRelations overlay(Session session, TableHandle table, BranchHandle branch) {
    return names.overlay(session, table, branch.id());
  }

  /** Relations of the working sets that there are, by table id; looks at no table's shape. */
  public Map<String, String> workingSets(
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
        workingSets.put(
            table.id(),
            placement.open() == null
                ? overlay(session, table, branch).workingSet()
                : placement.open().workingSet());
      }
    }
    return workingSets;
  }

  public Optional<BranchPlacement> placement(
      Session session, BranchHandle branch, TableHandle table) {
    return Optional.ofNullable(placements(session, branch, List.of(table.id())).get(table.id()));
  }

  /** By table id; tables that the database does not know on the branch are left out. */
  public Map<String, BranchPlacement> placements(
      Session session, BranchHandle branch, Collection<String> tableIds) {
    return placements(session, branch, tableIds, "").get();
  }

  /**
   * The place of one table on a branch as it was last found, if it has an overlay; by table id, and
   * empty if that is not known.
   */
  public Map<String, BranchPlacement> knownPlacement(BranchHandle branch, String tableId) {
    return placed.getOrDefault(placedKey(branch, tableId), Map.of());
  }

  /** Whether the branch's rows were in its layers alone when last looked for. */
  public boolean isKnownLayered(BranchHandle branch, String tableId) {
    BranchPlacement known = knownPlacement(branch, tableId).get(tableId);
    return known != null && known.isLayered();
  }

  /** The table stands elsewhere than {@link #knownPlacement} says. */
  public void forgetPlacement(BranchHandle branch, String tableId) {
    placed.remove(placedKey(branch, tableId));
  }

  /** {@link #placements} of one table, kept for {@link #knownPlacement}. */
  public Map<String, BranchPlacement> findPlacement(
      Session session, BranchHandle branch, String tableId) {
    Map<String, BranchPlacement> found = placements(session, branch, List.of(tableId));
    if (found.values().stream().anyMatch(BranchPlacement::hasOverlay)) {
      if (placed.size() >= MOST_PLACED) {
        placed.clear();
      }
      placed.put(placedKey(branch, tableId), found);
    }
    return found;
  }

  /**
   * For a transaction that writes, behind the lock that it has sent for: the place that is known is
   * assumed to hold still ({@link Session#assumeAnswer}).
   */
  public void assumePlacement(
      Session session, BranchHandle branch, String tableId, Map<String, BranchPlacement> known) {
    String key = placedKey(branch, tableId);
    session.assumeAnswer(
        byTable(session.askAside(PLACEMENTS, Placed::of, branch.id(), new String[] {tableId})),
        now -> {
          if (!now.equals(known)) {
            placed.remove(key, known);
            throw new BusyException("The branch stands elsewhere by now", "Try again");
          }
        },
        () -> placed.remove(key, known));
  }

  private static String placedKey(BranchHandle branch, String tableId) {
    return tableId + " " + branch.id();
  }

  /** The same, kept as they are until the transaction ends. */
  public Map<String, BranchPlacement> lockPlacements(
      Session session, BranchHandle branch, Collection<String> tableIds) {
    return placements(session, branch, tableIds, " ORDER BY table_id FOR UPDATE").get();
  }

  private static Supplier<Map<String, BranchPlacement>> placements(
      Session session, BranchHandle branch, Collection<String> tableIds, String locking) {
    return byTable(
        session.ask(
            PLACEMENTS + locking, Placed::of, branch.id(), tableIds.toArray(String[]::new)));
  }

  private static Supplier<Map<String, BranchPlacement>> byTable(Supplier<List<Placed>> found) {
    return () -> {
      Map<String, BranchPlacement> placements = new LinkedHashMap<>();
      found.get().forEach(placed -> placements.put(placed.tableId(), placed.placement()));
      return placements;
    };
  }
}
