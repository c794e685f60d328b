package dev.epoch.gateway;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.storage.HistoryPrunedException;
import dev.epoch.storage.StorageAdapter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes back what deleted branches left in databases, once no branch or tag reaches a commit whose
 * rows are there.
 */
public final class CleanupService {
  private final StorageAdapters adapters;
  private final Backends backends;

  CleanupService(StorageAdapters adapters, Backends backends) {
    this.adapters = adapters;
    this.backends = backends;
  }

  /**
   * Drops rows that nothing refers to. Commits that no branch or tag reaches cannot be read
   * afterwards. New branches and merges wait for it, and it waits for a rebuild.
   *
   * @param dryRun whether only to tell
   * @return ids of the deleted branches whose rows are gone, or would be
   */
  public List<String> cleanup(LiveRepository repository, boolean dryRun) {
    return repository.retention().drop(used -> cleanup(repository.state(), used, dryRun));
  }

  private List<String> cleanup(RepositoryState state, Set<String> used, boolean dryRun) {
    Set<String> kept = kept(state, used);
    Set<StorageAdapter> databases = new LinkedHashSet<>();
    for (StorageState storage : state.storages().byName().values()) {
      if (storage.enabled()) {
        databases.add(adapters.adapter(storage));
      }
    }
    Set<String> reclaimed = new LinkedHashSet<>();
    databases.forEach(database -> reclaimed.addAll(database.reclaim(state.name(), kept, dryRun)));
    return new ArrayList<>(reclaimed);
  }

  /**
   * Keeps the rows of a commit while something is made of it.
   *
   * @throws HistoryPrunedException if rows of it were dropped before
   */
  CleanupGuard.Use use(LiveRepository repository, CommitState commit) {
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
  static Set<String> held(RepositoryState state, StorageAdapter database) {
    Set<String> held = kept(state);
    held.addAll(database.reclaim(state.name(), held, true));
    return held;
  }

  /** Ids of branches whose overlays are read by a commit that a branch, tag or merge reaches. */
  static Set<String> kept(RepositoryState state) {
    return kept(state, Set.of());
  }

  private static Set<String> kept(RepositoryState state, Set<String> used) {
    Set<String> kept = new HashSet<>(state.branches().byId().keySet());
    Deque<String> open = new ArrayDeque<>(used);
    for (BranchState branch : state.branches().byId().values()) {
      open.add(branch.head());
      if (branch.merge() != null) {
        open.add(branch.merge().sourceCommit());
      }
      branch.locations().values().forEach(location -> keep(kept, location));
    }
    state.tags().byName().values().forEach(tag -> open.add(tag.commit()));
    for (OperationState operation : state.operations().values()) {
      if (operation.plan() instanceof OperationPlan.Merge merge) {
        open.add(merge.sourceCommit());
      }
    }
    Set<String> seen = new HashSet<>(open);
    while (!open.isEmpty()) {
      CommitState commit = state.commits().byId().get(open.remove());
      for (TableEntry entry : commit.changed()) {
        keep(kept, entry.location());
      }
      for (String parent : commit.parents()) {
        if (seen.add(parent)) {
          open.add(parent);
        }
      }
    }
    return kept;
  }

  private static void keep(Set<String> kept, RowsLocation location) {
    if (location.overlay() != null) {
      kept.add(location.overlay());
    }
  }
}
