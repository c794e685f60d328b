package dev.epoch.gateway;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.storage.BranchTable;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Tells databases which branches there are. What fails here is repeated by the projector of overlay
 * tables.
 */
public final class BranchRegistrar {
  private static final Logger LOG = Logger.getLogger(BranchRegistrar.class.getName());

  private final Backends backends;

  public BranchRegistrar(Backends backends) {
    this.backends = backends;
  }

  /** Best effort: a database that is away does not stop the branch. */
  void put(RepositoryState state, BranchState branch) {
    try {
      putNow(state, branch);
    } catch (StorageException e) {
      LOG.log(
          Level.WARNING,
          e,
          () -> "Branch " + branch.name() + " is not known to every database yet");
    }
  }

  void drop(RepositoryState state, BranchState branch) {
    try {
      dropNow(state, branch);
    } catch (StorageException e) {
      LOG.log(
          Level.WARNING,
          e,
          () -> "Views of branch " + branch.name() + " are not removed from every database yet");
    }
  }

  /** Tells every database of the branch's tables; fails if one is away. */
  public void putNow(RepositoryState state, BranchState branch) {
    Map<StorageAdapter, List<BranchTable>> groups =
        backends.byAdapter(state, Backends.tables(state, branch), BranchTable::table);
    groups.forEach((adapter, tables) -> {
      Map<String, BranchTable> byId = new HashMap<>();
      tables.forEach(table -> byId.put(table.table().id(), table));
      adapter.putBranch(Backends.handle(state, branch), byId);
    });
  }

  /** Makes every database forget the branch's name; fails if one is away. */
  public void dropNow(RepositoryState state, BranchState branch) {
    backends
        .byAdapter(state, Backends.tables(state, branch), BranchTable::table)
        .keySet()
        .forEach(adapter -> adapter.dropBranch(Backends.handle(state, branch)));
  }
}
