package dev.epoch.gateway;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.storage.BranchHandle;
import dev.epoch.storage.BranchTable;
import dev.epoch.storage.StorageException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
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

  /** Best effort: what fails now, the projector of overlay tables repeats. */
  void tell(LiveRepository repository, String branchId) {
    try {
      converge(repository, branchId);
    } catch (StorageException e) {
      LOG.log(Level.WARNING, e, () -> "Branch " + branchId + " is not known to every database yet");
    }
  }

  /** Best effort, likewise. */
  void forget(LiveRepository repository, BranchDeletedV1 deleted) {
    try {
      convergeDeleted(repository, deleted);
    } catch (StorageException e) {
      LOG.log(
          Level.WARNING,
          e,
          () -> "Views of branch " + deleted.name() + " are not removed from every database yet");
    }
  }

  /**
   * Tells every database of the branch as it is now; fails if one is away. Waits for operations on
   * the branch: what they do in the databases is not overwritten. One in doubt tells the databases
   * itself when it is settled.
   */
  public void converge(LiveRepository repository, String branchId) {
    ReentrantLock lock = repository.branchLock(branchId);
    lock.lock();
    try {
      RepositoryState state = repository.state();
      BranchState branch = state.branches().byId().get(branchId);
      if (branch != null && branch.operation() == null) {
        put(state, branch);
      }
    } finally {
      lock.unlock();
    }
  }

  private void put(RepositoryState state, BranchState branch) {
    backends
        .byAdapter(state, Backends.tables(state, branch), BranchTable::table)
        .forEach((adapter, tables) -> {
          Map<String, BranchTable> byId = new HashMap<>();
          tables.forEach(table -> byId.put(table.table().id(), table));
          adapter.putBranch(Backends.handle(state, branch), byId);
        });
  }

  /** Makes every database forget the name of a branch that is gone; fails if one is away. */
  public void convergeDeleted(LiveRepository repository, BranchDeletedV1 deleted) {
    RepositoryState state = repository.state();
    CommitState head = state.commits().byId().get(deleted.head());
    if (head == null || state.branches().byId().containsKey(deleted.branchId())) {
      return;
    }
    BranchHandle handle = new BranchHandle(state.name(), deleted.branchId(), deleted.name(), false);
    List<RegisteredTable> tables =
        head.tree().values().stream()
            .map(entry -> state.tables().byId().get(entry.tableId()))
            .filter(table -> !table.removed())
            .toList();
    backends
        .byAdapter(state, tables, table -> Backends.handle(state, table))
        .keySet()
        .forEach(adapter -> adapter.dropBranch(handle));
  }
}
