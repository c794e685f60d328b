package dev.epoch.gateway.read;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.column.RetypedRows;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.schema.SchemaChange;
import dev.epoch.model.schema.SchemaDiff;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.StateReader;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What differs between two snapshots. */
public final class DiffService {
  private final Backends backends;

  public DiffService(Backends backends) {
    this.backends = backends;
  }

  /** Rows of a table that differ. */
  public record TableDiff(
      String table,
      long inserted,
      long updated,
      long deleted,
      boolean schemaChanged,
      List<SchemaChange> schemaChanges) {}

  /**
   * Per table how many rows differ; tables that are the same are left out. Reads only what changed.
   */
  public List<TableDiff> summary(Snapshot base, Snapshot target) {
    TreeSet<String> names = new TreeSet<>(base.tables().keySet());
    names.addAll(target.tables().keySet());
    List<TableDiff> diffs = new ArrayList<>();
    for (String name : names) {
      Side before = side(base, name);
      Side after = side(target, name);
      if (before.equals(after)) {
        continue;
      }
      if (isAnother(before, after) && !isComparable(base, before, target, after)) {
        diffs.add(
            new TableDiff(name, count(target, after), 0, count(base, before), true, List.of()));
        continue;
      }
      long inserted = 0;
      long updated = 0;
      long deleted = 0;
      try (RowStream<RowChange> changes = changes(base, target, name, ChangeQuery.all())) {
        while (changes.hasNext()) {
          switch (changes.next().kind()) {
            case INSERT -> inserted++;
            case UPDATE -> updated++;
            case DELETE -> deleted++;
          }
        }
      }
      List<SchemaChange> schema =
          before.handle == null || after.handle == null
              ? List.of()
              : SchemaDiff.between(before.handle.schema(), after.handle.schema()).changes();
      boolean presence = before.handle == null || after.handle == null;
      if (inserted + updated + deleted > 0 || !schema.isEmpty() || presence) {
        diffs.add(
            new TableDiff(name, inserted, updated, deleted, !schema.isEmpty() || presence, schema));
      }
    }
    return diffs;
  }

  /** Per table what differs in its schema, or that only one side has it; reads no row. */
  public List<TableDiff> schemas(Snapshot base, Snapshot target) {
    List<TableDiff> diffs = new ArrayList<>();
    schemaChanges(base, target, null)
        .forEach((name, changes) -> diffs.add(new TableDiff(name, 0, 0, 0, true, changes)));
    TreeSet<String> oneSided = new TreeSet<>(base.tables().keySet());
    oneSided.addAll(target.tables().keySet());
    oneSided.removeIf(name -> base.tables().containsKey(name) && target.tables().containsKey(name));
    oneSided.forEach(name -> diffs.add(new TableDiff(name, 0, 0, 0, true, List.of())));
    diffs.sort(Comparator.comparing(TableDiff::table));
    return diffs;
  }

  /** What a commit changed against its first parent, as the commit itself tells. */
  public static List<TableDiff> recorded(RepositoryState state, CommitState commit) {
    List<TableDiff> diffs = new ArrayList<>();
    CommitState parent =
        commit.root() ? commit : state.commits().byId().get(commit.parents().getFirst());
    for (TableEntry entry : commit.changed()) {
      TableEntry before = parent.tree().get(entry.name());
      boolean schema = before == null || !before.schemaHash().equals(entry.schemaHash());
      diffs.add(
          new TableDiff(
              entry.name(),
              entry.inserted(),
              entry.updated(),
              entry.deleted(),
              schema,
              schemaChanges(state, before, entry)));
    }
    commit
        .removed()
        .forEach(name ->
            diffs.add(
                new TableDiff(name, 0, 0, parent.tree().get(name).rowCount(), true, List.of())));
    diffs.sort(Comparator.comparing(TableDiff::table));
    return diffs;
  }

  /**
   * What differs between the schemas of tables that both have, by table name.
   *
   * @param only this table, null for all
   */
  public SortedMap<String, List<SchemaChange>> schemaChanges(
      Snapshot base, Snapshot target, String only) {
    SortedMap<String, List<SchemaChange>> changes = new TreeMap<>();
    target
        .tables()
        .forEach((name, after) -> {
          Snapshot.Readable before = base.tables().get(name);
          if (before != null && (only == null || only.equals(name))) {
            List<SchemaChange> found =
                SchemaDiff.between(before.handle().schema(), after.handle().schema()).changes();
            if (!found.isEmpty()) {
              changes.put(name, found);
            }
          }
        });
    return changes;
  }

  private static List<SchemaChange> schemaChanges(
      RepositoryState state, TableEntry before, TableEntry after) {
    return before == null || !before.tableId().equals(after.tableId())
        ? List.of()
        : SchemaDiff.between(
                state.tables().schema(before.schemaHash()),
                state.tables().schema(after.schemaHash()))
            .changes();
  }

  /** The rows of a table that differ. */
  public RowStream<RowChange> changes(
      Snapshot base, Snapshot target, String table, ChangeQuery query) {
    Compared compared = compared(base, target, table);
    StateReader reader = backends.adapter(target.state(), compared.handle());
    RetypedRows rows = compared.rows();
    if (rows.isEmpty()) {
      return reader.changes(compared.handle(), compared.before(), compared.after(), query);
    }
    return new ComparedChanges(
        rows,
        reader.changes(
            compared.handle().with(rows.reading()),
            compared.before(),
            compared.after(),
            new ChangeQuery(
                query.after(),
                Set.of(RowChange.Kind.values()),
                OptionalLong.empty(),
                query.ordered())),
        query);
  }

  /** The rows of a table that differ, as a table of a query. */
  public Snapshot.Readable difference(Snapshot base, Snapshot target, String table) {
    Compared compared = compared(base, target, table);
    return new Snapshot.Readable(
        compared.handle(), new TableState.Difference(compared.before(), compared.after()));
  }

  /** Two states of a table that can be compared. */
  private record Compared(
      TableHandle handle, TableState before, TableState after, RetypedRows rows) {}

  private Compared compared(Snapshot base, Snapshot target, String table) {
    Side before = side(base, table);
    Side after = side(target, table);
    TableHandle handle = after.handle != null ? after.handle : before.handle;
    if (handle == null) {
      base.requireKept(table);
      target.requireKept(table);
      throw new RefusedException(
          Code.TABLE_NOT_FOUND,
          "Table '" + table + "' is neither in " + base.label() + " nor in " + target.label(),
          Map.of("table", table));
    }
    if (isAnother(before, after)) {
      if (!isComparable(base, before, target, after)) {
        throw new RefusedException(
            Code.SCHEMA_CHANGED,
            "Table '%s' was registered anew, with other columns or elsewhere, between %s and %s"
                .formatted(table, base.label(), target.label()),
            Map.of("table", table, "remedy", "Read it at each of them: epoch query --at REF"));
      }
      before = new Side(before.handle, new TableState.Another(before.handle, before.state));
    }
    return new Compared(
        handle,
        before.state,
        after.state,
        before.handle == null || after.handle == null
            ? RetypedRows.none(handle.schema(), 2)
            : RetypedRows.between(before.handle.schema(), after.handle.schema()));
  }

  private static boolean isAnother(Side before, Side after) {
    return before.handle != null
        && after.handle != null
        && !before.handle.id().equals(after.handle.id());
  }

  private boolean isComparable(Snapshot base, Side before, Snapshot target, Side after) {
    return !after.handle.schema().appendOnly()
        && before.handle.schema().columns().equals(after.handle.schema().columns())
        && before.handle.schema().primaryKey().equals(after.handle.schema().primaryKey())
        // ids of rows are of one registration
        && !after.handle.schema().appendOnly()
        && backends
            .adapter(base.state(), before.handle)
            .equals(backends.adapter(target.state(), after.handle));
  }

  private long count(Snapshot snapshot, Side side) {
    long count = 0;
    try (RowStream<Row> rows =
        backends
            .adapter(snapshot.state(), side.handle)
            .rows(side.handle, side.state, RowQuery.all())) {
      for (; rows.hasNext(); rows.next()) {
        count++;
      }
    }
    return count;
  }

  private record Side(TableHandle handle, TableState state) {}

  private static Side side(Snapshot snapshot, String table) {
    Snapshot.Readable readable = snapshot.tables().get(table);
    return readable == null
        ? new Side(null, new TableState.Empty())
        : new Side(readable.handle(), readable.state());
  }
}
