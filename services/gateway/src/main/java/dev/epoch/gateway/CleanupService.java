package dev.epoch.gateway;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.storage.StorageAdapter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes back what deleted branches left in databases, once no branch reaches a commit whose rows
 * are there.
 */
public final class CleanupService {
  private final StorageAdapters adapters;

  CleanupService(StorageAdapters adapters) {
    this.adapters = adapters;
  }

  /**
   * Drops rows that nothing refers to. Commits that no branch reaches cannot be read afterwards.
   *
   * @param dryRun whether only to tell
   * @return ids of the deleted branches whose rows are gone, or would be
   */
  public List<String> cleanup(RepositoryState state, boolean dryRun) {
    Set<String> kept = kept(state);
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
   * Ids of branches whose rows are to be in a database: those that are kept, and deleted ones that
   * were not cleaned up there yet.
   */
  static Set<String> held(RepositoryState state, StorageAdapter database) {
    Set<String> held = kept(state);
    held.addAll(database.reclaim(state.name(), held, true));
    return held;
  }

  /** Ids of branches whose overlays are read by a commit that a branch or an open merge reaches. */
  static Set<String> kept(RepositoryState state) {
    Set<String> kept = new HashSet<>(state.branches().byId().keySet());
    Deque<String> open = new ArrayDeque<>();
    for (BranchState branch : state.branches().byId().values()) {
      open.add(branch.head());
      if (branch.merge() != null) {
        open.add(branch.merge().sourceCommit());
      }
      branch.locations().values().forEach(location -> keep(kept, location));
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
