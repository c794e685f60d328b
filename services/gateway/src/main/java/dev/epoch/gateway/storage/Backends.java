package dev.epoch.gateway.storage;

import dev.epoch.engine.processing.CommitProcessor;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.Removal;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.state.CommittedContent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** From a repository's state to the databases behind it. */
public final class Backends {
  private final StorageAdapters adapters;

  public Backends(StorageAdapters adapters) {
    this.adapters = adapters;
  }

  public StorageAdapters adapters() {
    return adapters;
  }

  public StorageAdapter adapter(RepositoryState state, RegisteredTable table) {
    return adapters.adapter(state.storages().byName().get(table.storage()));
  }

  public StorageAdapter adapter(RepositoryState state, TableHandle table) {
    return adapter(state, state.tables().byId().get(table.id()));
  }

  /** The table as it was registered. */
  public static TableHandle handle(RepositoryState state, RegisteredTable table) {
    return handle(state, table, table.schema());
  }

  private static TableHandle handle(
      RepositoryState state, RegisteredTable table, TableSchema schema) {
    return new TableHandle(
        state.name(),
        table.id(),
        table.name(),
        new TablePath(table.schemaName(), table.tableName()),
        schema,
        table.removed());
  }

  /**
   * The table of a commit's entry with the schema that it has there; fails if it was removed with
   * what commits read of it.
   */
  public static TableHandle handle(RepositoryState state, TableEntry entry) {
    RegisteredTable table = state.tables().byId().get(entry.tableId());
    if (table.removed() && !table.kept()) {
      throw pruned(entry.name());
    }
    return handle(state, table, state.tables().schema(entry.schemaHash()));
  }

  /** The table with the schema that the default branch has, or that it was registered with. */
  public static TableHandle newest(RepositoryState state, RegisteredTable table) {
    TableEntry entry = state.head(state.defaultBranch()).tree().get(table.name());
    return isLive(state, table)
        ? handle(state, table, state.tables().schema(entry.schemaHash()))
        : handle(state, table);
  }

  /** Whether the head of the default branch has the table. */
  public static boolean isLive(RepositoryState state, RegisteredTable table) {
    TableEntry entry = state.head(state.defaultBranch()).tree().get(table.name());
    return entry != null && entry.tableId().equals(table.id());
  }

  /** The last entry that a branch had of a table which its head lacks. */
  public static Optional<TableEntry> last(RepositoryState state, CommitState head, String tableId) {
    RegisteredTable table = state.tables().byId().get(tableId);
    for (CommitState commit = head;
        !commit.root() && commit.position() > table.position();
        commit = state.commits().byId().get(commit.parents().getFirst())) {
      TableEntry entry = commit.tree().get(table.name());
      if (entry != null && entry.tableId().equals(tableId)) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  /** Whether rows of a table are kept for a branch, because it has changed some of them. */
  public static boolean keeps(RepositoryState state, BranchState branch, String tableId) {
    return state
        .commits()
        .since(state.tables().byId().get(tableId).position())
        .flatMap(commit -> commit.changed().stream())
        .anyMatch(entry ->
            entry.tableId().equals(tableId) && branch.id().equals(entry.location().overlay()));
  }

  /** Whether any commit has the table, also one that no branch reaches. */
  static boolean isCommitted(RepositoryState state, String tableId) {
    return state
        .commits()
        .since(state.tables().byId().get(tableId).position())
        .flatMap(commit -> commit.changed().stream())
        .anyMatch(entry -> entry.tableId().equals(tableId));
  }

  /** The physical half of a removal. Repeating it changes nothing. */
  public void remove(RepositoryState state, OperationPlan.RemoveTable plan) {
    RegisteredTable table = state.tables().byId().get(plan.tableId());
    adapter(state, table).remove(handle(state, table), removal(state, plan));
    for (String id : plan.dropped()) {
      RegisteredTable former = state.tables().byId().get(id);
      adapter(state, former).remove(handle(state, former), Removal.OF_EVERYTHING);
    }
  }

  private static Removal removal(RepositoryState state, OperationPlan.RemoveTable plan) {
    return new Removal(plan.force(), plan.keep() && isCommitted(state, plan.tableId()));
  }

  /** Fails as {@link #remove} would, as things are. */
  public void requireRemovable(
      RepositoryState state, RegisteredTable table, boolean force, boolean keep) {
    OperationPlan.RemoveTable plan =
        new OperationPlan.RemoveTable(table.id(), table.name(), force, keep, List.of(), null);
    adapter(state, table).requireRemovable(handle(state, table), removal(state, plan));
  }

  public static HistoryPrunedException pruned(String table) {
    return new HistoryPrunedException(
        "Table '" + table + "' is versioned no more; its history was removed with it",
        "epoch table add " + table);
  }

  public static BranchHandle handle(RepositoryState state, BranchState branch) {
    return new BranchHandle(
        state.name(),
        branch.id(),
        branch.name(),
        state.isDefault(branch),
        state.version(),
        branch.traits().ownSequences(),
        branch.traits().schemaOnly(),
        false);
  }

  /**
   * Every table that a client of the branch can change: those of the head, and those registered on
   * the branch since.
   */
  public static List<BranchTable> tables(RepositoryState state, BranchState branch) {
    List<BranchTable> tables = new ArrayList<>();
    Map<String, TableEntry> tree = state.head(branch).tree();
    for (TableEntry entry : tree.values()) {
      RegisteredTable table = state.tables().byId().get(entry.tableId());
      if (!table.removed()) {
        tables.add(new BranchTable(handle(state, entry), branch.location(entry)));
      }
    }
    for (String name : CommitProcessor.registered(state, branch)) {
      tables.add(registered(state, state.tables().named(name).orElseThrow()));
    }
    return tables;
  }

  /** A table as it was when it was registered. */
  public static BranchTable registered(RepositoryState state, RegisteredTable table) {
    return new BranchTable(handle(state, table), RowsLocation.live(table.position()));
  }

  /**
   * {@link #tables} as a client of the branch sees them now: with what was done to the schemas of
   * live tables, or open tables of the branch, and is not committed; without what was dropped
   * there.
   */
  public List<BranchTable> workingTables(RepositoryState state, BranchState branch) {
    List<BranchTable> tables = tables(state, branch);
    Set<String> dropped = dropped(state, branch, tables);
    return working(
        state,
        branch,
        tables.stream().filter(table -> !dropped.contains(table.table().id())).toList());
  }

  /** Ids of those of the tables that clients of the branch have dropped, and no commit has so. */
  public Set<String> dropped(RepositoryState state, BranchState branch, List<BranchTable> tables) {
    Set<String> dropped = new HashSet<>();
    if (!state.isDefault(branch)) {
      byAdapter(state, tables, BranchTable::table)
          .forEach((adapter, there) ->
              adapter
                  .ownTables()
                  .ifPresent(own -> dropped.addAll(own.dropped(handle(state, branch), there))));
    }
    return dropped;
  }

  /** The same of some tables of the branch. */
  public List<BranchTable> working(
      RepositoryState state, BranchState branch, List<BranchTable> tables) {
    Map<String, TableSchema> changed = schemas(state, branch, tables);
    return changed.isEmpty()
        ? tables
        : tables.stream()
            .map(table ->
                changed.containsKey(table.table().id())
                    ? new BranchTable(
                        table.table().with(changed.get(table.table().id())), table.head())
                    : table)
            .toList();
  }

  /** What the branch's last commit has of a table, or its registration. */
  public static CommittedContent content(
      RepositoryState state, BranchState branch, BranchTable table) {
    TableEntry entry = state.head(branch).tree().get(table.table().name());
    if (entry != null && entry.tableId().equals(table.table().id())) {
      return new CommittedContent(entry.rowCount(), entry.contentHash());
    }
    RegisteredTable registered = state.tables().byId().get(table.table().id());
    return new CommittedContent(registered.baselineRows(), registered.baselineHash());
  }

  /** Schemas of tables that are not committed as they are, by table id. */
  public Map<String, TableSchema> schemas(
      RepositoryState state, BranchState branch, List<BranchTable> tables) {
    Map<String, TableSchema> schemas = new HashMap<>();
    byAdapter(state, tables, BranchTable::table)
        .forEach((adapter, there) -> schemas.putAll(adapter.schemas(handle(state, branch), there)));
    return schemas;
  }

  /** Things of tables, by the database they are in. */
  public <T> Map<StorageAdapter, List<T>> byAdapter(
      RepositoryState state, Collection<T> things, Function<T, TableHandle> table) {
    Map<StorageAdapter, List<T>> groups = new LinkedHashMap<>();
    for (T thing : things) {
      groups
          .computeIfAbsent(adapter(state, table.apply(thing)), adapter -> new ArrayList<>())
          .add(thing);
    }
    return groups;
  }
}
