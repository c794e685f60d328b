package dev.epoch.storage.postgres.state;

import dev.epoch.storage.BusyException;
import dev.epoch.storage.HistoryPrunedException;
import dev.epoch.storage.TableChangedException;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TableNotFoundException;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Names of Epoch's relations, asked once: ids are never used again, and names never change. */
public final class RelationNames {
  private final Map<String, LayerNames> live = new ConcurrentHashMap<>();
  private final Map<String, OverlayRelations> overlays = new ConcurrentHashMap<>();

  /** By table id: the catalog rows of the live table when it was last found to fit its images. */
  private final Map<String, String> fitting = new ConcurrentHashMap<>();

  /** Of the catalog's rows of a table. */
  private static final String VERSIONS =
      """
      SELECT n.name, string_agg(concat_ws('.', a.attrelid, a.attnum, a.xmin), ' ' ORDER BY a.attnum)
      FROM unnest($1::text[]) AS n (name)
      JOIN pg_attribute AS a ON a.attrelid = to_regclass(n.name) AND a.attnum > 0
      GROUP BY n.name\
      """;

  private record Version(String path, String rows) {
    static Version of(Row row) {
      return new Version(row.getString(0), row.getString(1));
    }
  }

  /**
   * @param rows with their ids, of an append-only table, else null
   */
  private record LayerNames(String rows, String workingSet, String history) {}

  /** Fails with {@link TableChangedException} if images and rows do not fit each other any more. */
  public LiveRelations live(Session session, TableHandle table) {
    if (table.removed()) {
      return readArchive(session, table);
    }
    LayerNames layers = live.computeIfAbsent(table.id(), id -> readLive(session, table));
    requireFitting(session, table);
    return new LiveRelations(
        layers.rows() == null
            ? Quote.qualified(table.path().schema(), table.path().table())
            : layers.rows(),
        layers.workingSet(),
        layers.history());
  }

  /** The relation of a live table's working set. */
  String liveWorkingSet(Session session, TableHandle table) {
    return live.computeIfAbsent(table.id(), id -> readLive(session, table)).workingSet();
  }

  public void requireFitting(Session session, TableHandle table) {
    requireFitting(session, List.of(table));
  }

  /**
   * Fails with {@link TableChangedException} if one of the tables does not fit its images any more.
   * One round trip for all of them, once per transaction: asks for the versions of the catalog's
   * rows, and looks closer only where they are new.
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
        session.ask(VERSIONS, Version::of, (Object) byPath.keySet().toArray(String[]::new));
    return () -> {
      Map<String, String> now = byPath(found.get());
      byPath.forEach((path, table) -> requireFitting(session, table, now.get(path)));
    };
  }

  /**
   * The same for a transaction that writes: what fitted when it was last looked at is assumed to
   * fit ({@link Session#assume}).
   */
  Runnable assumeShape(Session session, Collection<TableHandle> tables) {
    if (!tables.stream().allMatch(table -> fitting.containsKey(table.id()))) {
      return checkShape(session, tables);
    }
    Map<String, TableHandle> byPath = unjudged(session, tables);
    if (!byPath.isEmpty()) {
      Supplier<List<Version>> found =
          session.askAside(VERSIONS, Version::of, (Object) byPath.keySet().toArray(String[]::new));
      session.assume(() -> requireVersions(byPath, byPath(found.get())));
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
        byPath.put(Quote.qualified(table.path().schema(), table.path().table()), table);
      }
    }
    return byPath;
  }

  private static Map<String, String> byPath(List<Version> found) {
    Map<String, String> versions = new HashMap<>();
    found.forEach(version -> versions.put(version.path(), version.rows()));
    return versions;
  }

  private void requireVersions(Map<String, TableHandle> byPath, Map<String, String> now) {
    byPath.forEach((path, table) -> {
      String known = fitting.get(table.id());
      if (known != null && !known.equals(now.get(path))) {
        fitting.remove(table.id(), known);
        throw new BusyException("The shape of a table has changed meanwhile", "Try again");
      }
    });
  }

  private void requireFitting(Session session, TableHandle table, String now) {
    if (now == null || !now.equals(fitting.get(table.id()))) {
      requireUnchanged(session, table);
      if (now != null) {
        fitting.put(table.id(), now);
      }
    }
  }

  /** Fails with {@link TableChangedException}; does nothing for tables that are not registered. */
  private static void requireUnchanged(Session session, TableHandle table) {
    session
        .first(
            "SELECT epoch.shape_change($1) AS change",
            row -> Optional.ofNullable(row.getString("change")),
            table.id())
        .flatMap(change -> change)
        .ifPresent(change -> {
          throw new TableChangedException(
              "The table " + table.path() + " is not the one that was registered: " + change,
              "Undo the change, or remove the table and register it again: epoch table remove "
                  + table.name());
        });
  }

  /** Not kept in memory: it may go at any time. */
  private static LiveRelations readArchive(Session session, TableHandle table) {
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
                        epoch(row.getString(0)), epoch(row.getString(1)), epoch(row.getString(2))),
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
