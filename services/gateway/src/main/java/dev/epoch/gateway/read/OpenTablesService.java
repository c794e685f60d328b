package dev.epoch.gateway.read;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.SchemaOnly;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.branch.OpenedTables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Tables of branches that clients of the database find as real tables. They are nobody's state: no
 * event says that a table is open, and every state is the same either way.
 */
public final class OpenTablesService {
  private final Backends backends;

  public OpenTablesService(Backends backends) {
    this.backends = backends;
  }

  /**
   * How the tables of a branch stand.
   *
   * @param tables by name
   * @param uncheckedReferences foreign keys that only merges check, since one side is open and the
   *     other is not
   * @param places what clients open to find them, where that is not the database itself: files
   */
  public record Openings(
      List<Table> tables, List<String> uncheckedReferences, List<String> places) {}

  /**
   * A table.
   *
   * @param reason why it cannot be open; null if it can
   * @param rows estimated, 0 if it is not open
   * @param bytes on disk, with indexes; 0 if it is not open
   */
  public record Table(String name, boolean open, String reason, long rows, long bytes) {}

  /**
   * Opens tables, all that can be if none is named. A named one that cannot be open is refused with
   * the reason; others may be open then.
   */
  public Openings open(RepositoryState state, BranchState branch, Collection<String> names) {
    Map<StorageAdapter, List<TableHandle>> there = byAdapter(state, branch, names);
    boolean some = there.keySet().stream().anyMatch(adapter -> adapter.openTables().isPresent());
    if (names.isEmpty() && some) {
      there.keySet().removeIf(adapter -> adapter.openTables().isEmpty());
    }
    open(state, branch, names, there);
    return opened(state, branch);
  }

  /** The same of tables of one storage alone, all that can be if none is named. */
  public void openIn(
      RepositoryState state, BranchState branch, String storage, Collection<String> names) {
    StorageAdapter adapter = backends.adapters().adapter(state.storages().byName().get(storage));
    Map<StorageAdapter, List<TableHandle>> there = byAdapter(state, branch, names);
    there.keySet().removeIf(other -> !other.equals(adapter));
    open(state, branch, names, there);
  }

  private void open(
      RepositoryState state,
      BranchState branch,
      Collection<String> names,
      Map<StorageAdapter, List<TableHandle>> there) {
    BranchHandle handle = Backends.handle(state, branch);
    there.forEach((adapter, tables) -> {
      OpenedTables opened =
          adapter
              .openTables()
              .orElseThrow(() ->
                  new RefusedException(
                      Code.VALIDATION,
                      "The storage of these tables has no sessions that find them on a branch",
                      Map.of("remedy", "Name tables of PostgreSQL or SQLite")))
              .open(handle, names.isEmpty() ? List.of() : tables);
      if (!names.isEmpty()) {
        requireOpen(tables, opened);
      }
    });
  }

  private static void requireOpen(List<TableHandle> tables, OpenedTables opened) {
    for (TableHandle table : tables) {
      opened.tables().stream()
          .filter(found -> found.tableId().equals(table.id()) && !found.open())
          .findFirst()
          .ifPresent(layered -> {
            throw new RefusedException(
                Code.VALIDATION,
                "Table '%s' cannot be open on a branch: %s"
                    .formatted(table.name(), layered.reason()),
                Map.of(
                    "remedy",
                    "It stays readable and writable on the branch, through the API or views"));
          });
    }
  }

  /**
   * Closes tables, all if none is named: views stand for them again.
   *
   * @throws RefusedException of a schema-only branch, where views would show rows of others
   */
  public void close(RepositoryState state, BranchState branch, Collection<String> names) {
    SchemaOnly.requireRows(branch);
    BranchHandle handle = Backends.handle(state, branch);
    byAdapter(state, branch, names)
        .forEach((adapter, tables) ->
            adapter
                .openTables()
                .ifPresent(open -> open.close(handle, names.isEmpty() ? List.of() : tables)));
  }

  /** How the tables stand; those of backends without sessions are left out. */
  public Openings opened(RepositoryState state, BranchState branch) {
    BranchHandle handle = Backends.handle(state, branch);
    List<Table> all = new ArrayList<>();
    List<String> unchecked = new ArrayList<>();
    List<String> places = new ArrayList<>();
    byAdapter(state, branch, List.of())
        .forEach((adapter, tables) ->
            adapter
                .openTables()
                .map(open -> open.opened(handle))
                .ifPresent(opened -> {
                  all.addAll(named(tables, opened));
                  unchecked.addAll(opened.uncheckedReferences());
                  if (opened.place() != null) {
                    places.add(opened.place());
                  }
                }));
    return new Openings(
        all.stream().sorted(Comparator.comparing(Table::name)).toList(),
        List.copyOf(unchecked),
        places.stream().sorted().toList());
  }

  private static List<Table> named(List<TableHandle> tables, OpenedTables opened) {
    List<Table> named = new ArrayList<>();
    for (OpenedTables.Table table : opened.tables()) {
      tables.stream()
          .filter(handle -> handle.id().equals(table.tableId()))
          .forEach(handle ->
              named.add(
                  new Table(
                      handle.name(), table.open(), table.reason(), table.rows(), table.bytes())));
    }
    return named;
  }

  private Map<StorageAdapter, List<TableHandle>> byAdapter(
      RepositoryState state, BranchState branch, Collection<String> names) {
    List<TableHandle> all =
        Backends.tables(state, branch).stream().map(BranchTable::table).toList();
    for (String name : names) {
      if (all.stream().noneMatch(table -> table.name().equals(name))) {
        throw WorkingSetService.tableNotFound(name, branch);
      }
    }
    return backends.byAdapter(
        state,
        all.stream().filter(table -> names.isEmpty() || names.contains(table.name())).toList(),
        table -> table);
  }
}
