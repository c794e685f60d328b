package dev.epoch.engine;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Databases as the engine's shell knows them: rows of tables at places, and where each branch
 * really keeps its rows. Nothing here reads the engine's idea of that.
 */
public final class PhysicalWorld {
  public static final TableSchema SCHEMA =
      new TableSchema(
          List.of(
              new Column(
                  "c1", "id", DataType.of(DataType.Kind.INTEGER, "int8"), false, null, null, null)),
          List.of("id"),
          List.of(),
          List.of());
  public static final Digest SCHEMA_HASH = digest("schema");
  public static final String NO_SUM = Base64.getEncoder().encodeToString(new byte[128]);

  private record Place(String table, RowsLocation at) {}

  private record Part(String branch, String table) {}

  private final Map<Place, SortedMap<Integer, Integer>> contents = new HashMap<>();
  private final Map<Part, RowsLocation> kept = new HashMap<>();
  private final Map<Part, SortedMap<Integer, Integer>> working = new HashMap<>();

  static Digest digest(Object content) {
    return Digest.of(String.valueOf(content).getBytes(StandardCharsets.UTF_8));
  }

  void install(String branch, String table, long position) {
    RowsLocation live = RowsLocation.live(position);
    kept.put(new Part(branch, table), live);
    contents.put(new Place(table, live), new TreeMap<>(Map.of(0, 0)));
  }

  void remove(String table) {
    kept.keySet().removeIf(part -> part.table().equals(table));
    working.keySet().removeIf(part -> part.table().equals(table));
  }

  /** A new branch sees what the branch that it is made from keeps, or the commit's own places. */
  void fork(RepositoryState state, BranchState branch) {
    for (TableEntry entry : state.head(branch).tree().values()) {
      if (!state.tables().byId().get(entry.tableId()).removed()) {
        kept.put(new Part(branch.id(), entry.tableId()), branch.location(entry));
      }
    }
  }

  /** A client writes a row. */
  void write(String branch, String table, int key, int value) {
    Part part = new Part(branch, table);
    working.computeIfAbsent(part, missing -> new TreeMap<>(committed(part))).put(key, value);
  }

  boolean sees(String branch, String table) {
    return kept.containsKey(new Part(branch, table));
  }

  private SortedMap<Integer, Integer> committed(Part part) {
    return contents.get(new Place(part.table(), kept.get(part)));
  }

  /** Names of tables with uncommitted rows. */
  List<String> changed(RepositoryState state, String branch) {
    TreeSet<String> names = new TreeSet<>();
    working.forEach((part, rows) -> {
      if (part.branch().equals(branch) && !rows.equals(committed(part))) {
        names.add(state.tables().byId().get(part.table()).name());
      }
    });
    return new ArrayList<>(names);
  }

  /** The rows at a place, as one hash; null if nothing is there. */
  Digest hashAt(String table, RowsLocation at) {
    SortedMap<Integer, Integer> rows = contents.get(new Place(table, at));
    return rows == null ? null : digest(rows);
  }

  /** Where the branch really keeps a table, null if it does not see it. */
  RowsLocation kept(String branch, String table) {
    return kept.get(new Part(branch, table));
  }

  /** The working set becomes committed; where it is then. */
  RowsLocation commit(RepositoryState state, BranchState branch, String table, long position) {
    Part part = new Part(branch.id(), table);
    SortedMap<Integer, Integer> rows = working.remove(part);
    return put(state, branch, part, rows == null ? committed(part) : rows, position);
  }

  /** The rows of another place come over the branch's own. */
  RowsLocation merge(
      RepositoryState state, BranchState branch, String table, RowsLocation from, long position) {
    Part part = new Part(branch.id(), table);
    SortedMap<Integer, Integer> rows = new TreeMap<>(committed(part));
    rows.putAll(contents.get(new Place(table, from)));
    return put(state, branch, part, rows, position);
  }

  /** The rows of another place replace the branch's own. */
  RowsLocation overwrite(
      RepositoryState state, BranchState branch, String table, RowsLocation from, long position) {
    Part part = new Part(branch.id(), table);
    return put(state, branch, part, contents.get(new Place(table, from)), position);
  }

  void repoint(String branch, String table, RowsLocation to) {
    kept.put(new Part(branch, table), to);
  }

  private RowsLocation put(
      RepositoryState state,
      BranchState branch,
      Part part,
      SortedMap<Integer, Integer> rows,
      long position) {
    RowsLocation to =
        state.isDefault(branch)
            ? RowsLocation.live(position)
            : new RowsLocation(kept.get(part).anchor(), branch.id(), position);
    contents.put(new Place(part.table(), to), rows);
    kept.put(part, to);
    return to;
  }

  /** The entry of a table in a commit. */
  TableEntry entry(RegisteredTable table, RowsLocation at, boolean isNew) {
    SortedMap<Integer, Integer> rows = contents.get(new Place(table.id(), at));
    return new TableEntry(
        table.id(),
        table.name(),
        SCHEMA_HASH,
        digest(rows),
        NO_SUM,
        rows.size(),
        at,
        isNew ? null : digest("changes of " + rows),
        isNew ? rows.size() : 1,
        0,
        0);
  }
}
