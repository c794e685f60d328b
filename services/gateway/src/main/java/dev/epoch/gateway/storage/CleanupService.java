package dev.epoch.gateway.storage;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.stream.CleanupGuard;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Takes back what deleted branches and removed tables left in databases, once no branch or tag
 * reaches a commit whose rows are there.
 */
public final class CleanupService {
  private static final Logger LOG = Logger.getLogger(CleanupService.class.getName());

  private final StorageAdapters adapters;
  private final Backends backends;

  public CleanupService(StorageAdapters adapters, Backends backends) {
    this.adapters = adapters;
    this.backends = backends;
  }

  /**
   * Drops rows that nothing refers to. Commits that no branch or tag reaches cannot be read
   * afterwards. New branches and merges wait for it, and it waits for a rebuild.
   *
   * @param dryRun whether only to tell
   */
  public Cleaned cleanup(LiveRepository repository, boolean dryRun) {
    return repository.retention().drop(used -> cleanup(repository.state(), used, dryRun));
  }

  /**
   * What is gone, or would be.
   *
   * @param branches ids of deleted branches
   * @param names of those of them that are known, by id
   * @param tables names of removed tables
   * @param unreached names of storages whose databases could not be reached: what is there stays
   *     until the next time
   */
  public record Cleaned(
      List<String> branches,
      Map<String, String> names,
      List<String> tables,
      List<String> unreached) {}

  /** What commits read of removed tables goes with the repository; it is deleted. */
  public void forget(RepositoryState state) {
    for (StorageAdapter database : databases(state).keySet()) {
      try {
        database.reclaimTables(state.name(), Set.of(), false);
      } catch (StorageException e) {
        LOG.log(
            Level.WARNING,
            e,
            () -> "What repository " + state.name() + " kept of removed tables is still there");
      }
    }
  }

  private Cleaned cleanup(RepositoryState state, Set<String> used, boolean dryRun) {
    Kept kept = kept(state, used);
    Set<String> branches = new LinkedHashSet<>();
    Map<String, String> branchNames = new TreeMap<>();
    Set<String> tables = new LinkedHashSet<>();
    List<String> unreached = new ArrayList<>();
    databases(state)
        .forEach((database, names) -> {
          try {
            branchNames.putAll(database.names(state.name()));
            branches.addAll(database.reclaim(state.name(), kept.overlays(), dryRun));
            tables.addAll(database.reclaimTables(state.name(), kept.tables(), dryRun));
          } catch (StorageUnavailableException away) {
            LOG.info(() -> "Not cleaned up: storage " + names + ": " + away.getMessage());
            unreached.addAll(names);
          }
        });
    branchNames.keySet().retainAll(branches);
    return new Cleaned(
        List.copyOf(branches),
        branchNames,
        tables.stream().map(id -> name(state, id)).sorted().toList(),
        unreached.stream().sorted().toList());
  }

  private static String name(RepositoryState state, String tableId) {
    RegisteredTable table = state.tables().byId().get(tableId);
    return table == null ? tableId : table.name();
  }

  /** With the names of their storages. */
  private Map<StorageAdapter, List<String>> databases(RepositoryState state) {
    Map<StorageAdapter, List<String>> databases = new LinkedHashMap<>();
    for (StorageState storage : state.storages().byName().values()) {
      if (storage.enabled()) {
        databases
            .computeIfAbsent(adapters.adapter(storage), _ -> new ArrayList<>())
            .add(storage.name());
      }
    }
    return databases;
  }

  /**
   * Keeps the rows of a commit while something is made of it.
   *
   * @throws HistoryPrunedException if rows of it were dropped before
   */
  public CleanupGuard.Use use(LiveRepository repository, CommitState commit) {
    CleanupGuard.Use use = repository.retention().use(commit.id());
    try {
      requireRows(repository.state(), commit);
      return use;
    } catch (RuntimeException | Error e) {
      use.close();
      throw e;
    }
  }

  private void requireRows(RepositoryState state, CommitState commit) {
    Map<StorageAdapter, Set<String>> held = new HashMap<>();
    for (TableEntry entry : commit.tree().values()) {
      String overlay = entry.location().overlay();
      RegisteredTable table = state.tables().byId().get(entry.tableId());
      if (overlay == null || table.removed() || state.branches().byId().containsKey(overlay)) {
        continue;
      }
      StorageAdapter adapter = backends.adapter(state, table);
      if (!held.computeIfAbsent(adapter, database -> held(state, database)).contains(overlay)) {
        throw new HistoryPrunedException(
            "The rows of table '%s' at commit %s were cleaned up after their branch was deleted"
                .formatted(entry.name(), commit.id()),
            "epoch log --all shows the commits that branches reach");
      }
    }
  }

  /**
   * Ids of branches whose rows are to be in a database: those that are kept, and deleted ones that
   * were not cleaned up there yet.
   */
  public static Set<String> held(RepositoryState state, StorageAdapter database) {
    Set<String> held = kept(state).overlays();
    held.addAll(database.reclaim(state.name(), held, true));
    return held;
  }

  /**
   * What a commit reads that a branch, tag or merge reaches.
   *
   * @param overlays ids of branches
   * @param tables ids
   */
  public record Kept(Set<String> overlays, Set<String> tables) {
    private void add(RowsLocation location) {
      if (location.overlay() != null) {
        overlays.add(location.overlay());
      }
    }
  }

  public static Kept kept(RepositoryState state) {
    return kept(state, Set.of());
  }

  private static Kept kept(RepositoryState state, Set<String> used) {
    Kept kept = new Kept(new HashSet<>(state.branches().byId().keySet()), new HashSet<>());
    Set<String> open = new HashSet<>(used);
    for (BranchState branch : state.branches().byId().values()) {
      open.add(branch.head());
      if (branch.merge() != null) {
        open.add(branch.merge().sourceCommit());
        open.addAll(branch.merge().bases());
      }
      if (branch.replay() != null) {
        open.add(branch.replay().from());
        open.addAll(branch.replay().rest());
        if (branch.replay().onto() != null) {
          open.add(branch.replay().onto());
        }
      }
      branch.locations().values().forEach(kept::add);
    }
    state.tags().byName().values().forEach(tag -> open.add(tag.commit()));
    for (OperationState operation : state.operations().values()) {
      if (operation.plan() instanceof OperationPlan.Merge merge) {
        open.add(merge.sourceCommit());
      }
    }
    state.commits().reachable(open).stream()
        .mapToObj(state.commits()::whole)
        .flatMap(commit -> commit.changed().stream())
        .forEach(entry -> {
          kept.add(entry.location());
          kept.tables().add(entry.tableId());
        });
    return kept;
  }
}
