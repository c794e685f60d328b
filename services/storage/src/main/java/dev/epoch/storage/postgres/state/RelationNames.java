package dev.epoch.storage.postgres.state;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.catalog.TableShape;
import dev.epoch.storage.postgres.catalog.TableShapes;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Names of Epoch's relations, asked once: ids are never used again, and names never change. */
public final class RelationNames {
  private final Map<String, LayerNames> live = new ConcurrentHashMap<>();
  private final Map<String, OverlayRelations> overlays = new ConcurrentHashMap<>();

  private final TableShapes shapes;

  public RelationNames(TableShapes shapes) {
    this.shapes = shapes;
  }

  private record Version(String path, String rows) {
    static Version of(Row row) {
      return new Version(row.getString(0), row.getString(1));
    }
  }

  /**
   * @param rows with their ids, of an append-only table, else null
   */
  private record LayerNames(String rows, String workingSet, String history) {}

  /** Fails with {@link ShapeMovedException} if the table is not as it was last known. */
  public LiveRelations live(Session session, TableHandle table) {
    if (table.removed()) {
      return readArchive(session, table);
    }
    LayerNames layers = live.computeIfAbsent(table.id(), id -> readLive(session, table));
    requireFitting(session, table);
    TableShape shape = shape(session, table);
    return new LiveRelations(
        layers.rows() != null
            ? layers.rows()
            : shape == null
                ? TableShapes.path(table)
                : shape.rows(TableShapes.path(table.at(shape.place())), table.schema()),
        layers.workingSet(),
        layers.history(),
        shape);
  }

  /** As this transaction has made the table, else as it was last looked at. */
  private TableShape shape(Session session, TableHandle table) {
    return session
        .kept(made(table.id()), TableShape.class)
        .or(() -> shapes.known(table))
        .orElse(null);
  }

  /** This transaction has given the live table another shape; null: it has not. */
  void made(Session session, TableHandle table, TableShape shape) {
    if (shape != null) {
      session.note("fits " + table.id());
    }
    session.keep(made(table.id()), shape);
  }

  private static String made(String tableId) {
    return "shape of " + tableId;
  }

  /** See {@link StateResolver#columns}. */
  TableColumns columns(TableHandle table) {
    return TableColumns.ofState(table.schema(), shapes.known(table).orElse(null));
  }

  /** The relation of a live table's working set. */
  String liveWorkingSet(Session session, TableHandle table) {
    return live.computeIfAbsent(table.id(), id -> readLive(session, table)).workingSet();
  }

  public void requireFitting(Session session, TableHandle table) {
    requireFitting(session, List.of(table));
  }

  /**
   * Fails with {@link ShapeMovedException} if one of the tables is not as it was last known. One
   * round trip for all of them, once per transaction: asks for the versions of the catalog's rows.
   */
  void requireFitting(Session session, Collection<TableHandle> tables) {
    checkShape(session, tables).run();
  }

  /** {@link #requireFitting} in two steps: asks now, and judges when the answer is waited for. */
  Runnable checkShape(Session session, Collection<TableHandle> tables) {
    Map<String, TableHandle> byPath = unjudged(session, tables);
    if (byPath.isEmpty()) {
      return () -> {};
    }
    Supplier<List<Version>> found =
        session.ask(
            TableShapes.VERSIONS, Version::of, (Object) byPath.keySet().toArray(String[]::new));
    return () -> requireKnown(byPath, byPath(found.get()));
  }

  /**
   * The same for a transaction that writes: what fitted when it was last looked at is assumed to
   * fit ({@link Session#assume}).
   */
  Runnable assumeShape(Session session, Collection<TableHandle> tables) {
    if (!tables.stream().allMatch(this::isKnown)) {
      return checkShape(session, tables);
    }
    Map<String, TableHandle> byPath = unjudged(session, tables);
    if (!byPath.isEmpty()) {
      Supplier<List<Version>> found =
          session.askAside(
              TableShapes.VERSIONS, Version::of, (Object) byPath.keySet().toArray(String[]::new));
      session.assume(() -> requireKnown(byPath, byPath(found.get())));
    }
    return () -> {};
  }

  /** Those that this transaction has not looked at, by their qualified names. */
  private static Map<String, TableHandle> unjudged(
      Session session, Collection<TableHandle> tables) {
    Map<String, TableHandle> byPath = new LinkedHashMap<>();
    for (TableHandle table : tables) {
      // what is kept of a removed table stands by itself
      if (!table.removed() && session.note("fits " + table.id())) {
        byPath.put(TableShapes.path(table), table);
      }
    }
    return byPath;
  }

  private static Map<String, String> byPath(List<Version> found) {
    Map<String, String> versions = new HashMap<>();
    found.forEach(version -> versions.put(version.path(), version.rows()));
    return versions;
  }

  private boolean isKnown(TableHandle table) {
    return table.removed() || shapes.known(table).isPresent();
  }

  private void requireKnown(Map<String, TableHandle> byPath, Map<String, String> now) {
    List<TableHandle> moved = new ArrayList<>();
    byPath.forEach((path, table) -> {
      if (shapes.known(table).filter(shape -> shape.version().equals(now.get(path))).isEmpty()) {
        moved.add(table);
      }
    });
    if (!moved.isEmpty()) {
      throw new ShapeMovedException(moved);
    }
  }

  /** Not kept in memory: it may go at any time. */
  private LiveRelations readArchive(Session session, TableHandle table) {
    TableShape shape = shapes.known(table).orElse(null);
    return session
        .first(
            """
            SELECT epoch.archived_object('a', $1), epoch.archived_object('aw', $1),
              epoch.archived_object('ah', $1)\
            """,
            row ->
                row.getString(0) == null
                    ? null
                    : new LiveRelations(
                        shape == null
                            ? epoch(row.getString(0))
                            : shape.rows(epoch(row.getString(0)), table.schema()),
                        epoch(row.getString(1)),
                        epoch(row.getString(2)),
                        shape),
            table.id())
        .orElseThrow(() ->
            new HistoryPrunedException(
                "Table '%s' is versioned no more, and what commits read of it is not kept any more"
                    .formatted(table.name()),
                "epoch table add " + table.name()));
  }

  private static LayerNames readLive(Session session, TableHandle table) {
    return session
        .first(
            "SELECT epoch.object_of('r', $1), epoch.object_of('w', $1), epoch.object_of('h', $1)",
            row ->
                row.getString(0) == null
                    ? null
                    : new LayerNames(
                        table.schema().appendOnly() ? epoch(row.getString(0)) : null,
                        epoch(row.getString(1)),
                        epoch(row.getString(2))),
            table.id())
        .orElseThrow(() ->
            new TableNotFoundException(
                "The table " + table.path() + " is not versioned in this database",
                "If it is registered, what Epoch keeps beside it was lost: rebuild it from the log"));
  }

  OverlayRelations overlay(Session session, TableHandle table, String branch) {
    return overlays.computeIfAbsent(
        table.id() + " " + branch, _ -> readOverlay(session, table, branch));
  }

  /** The overlays of these branches are gone: reading them is a {@link HistoryPrunedException}. */
  public void forget(Collection<String> branches) {
    overlays.values().removeIf(overlay -> branches.contains(overlay.branch()));
  }

  private static OverlayRelations readOverlay(Session session, TableHandle table, String branch) {
    return session
        .first(
            """
            SELECT %1$s('v', $1, $2), %1$s('d', $1, $2), %1$s('vw', $1, $2), %1$s('vh', $1, $2)\
            """
                .formatted(table.removed() ? "epoch.archived_object" : "epoch.object_of"),
            row ->
                row.getString(0) == null
                    ? null
                    : new OverlayRelations(
                        branch,
                        epoch(row.getString(0)),
                        epoch(row.getString(1)),
                        epoch(row.getString(2)),
                        epoch(row.getString(3))),
            table.id(),
            branch)
        .orElseThrow(() ->
            new HistoryPrunedException(
                "The rows of "
                    + table.path()
                    + " on branch "
                    + branch
                    + " are not in this database any more",
                "If the branch was not deleted and cleaned up, rebuild it from the log"));
  }

  private static String epoch(String name) {
    return Quote.qualified("epoch", name);
  }
}
