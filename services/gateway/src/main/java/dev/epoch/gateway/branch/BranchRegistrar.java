package dev.epoch.gateway.branch;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.gateway.schema.BranchBeginnings;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.StorageException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/**
 * Tells databases which branches there are. What fails here is repeated by the projector of overlay
 * tables.
 */
public final class BranchRegistrar {
  private static final Logger LOG = Logger.getLogger(BranchRegistrar.class.getName());

  private static final int MOST_TRIES = 5;
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

  private final Backends backends;
  private final BranchBeginnings beginnings;

  public BranchRegistrar(Backends backends, BranchBeginnings beginnings) {
    this.backends = backends;
    this.beginnings = beginnings;
  }

  /**
   * Tells every database of every branch, in the background, again and again until that is done or
   * another server owns the repository.
   */
  public void settleLater(LiveRepository repository) {
    repeat(repository, () -> settle(repository, true));
  }

  /** The projector may have passed in another server, which leaves it to the owner. */
  private static void repeat(LiveRepository repository, Runnable work) {
    Thread.ofVirtual()
        .name("branches of " + repository.name())
        .start(() -> {
          while (repository.decides()) {
            try {
              work.run();
              return;
            } catch (RuntimeException away) {
              LOG.log(
                  Level.FINE, away, () -> "Branches of " + repository.name() + " are told later");
              LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
            }
          }
        });
  }

  /** Best effort: what fails now, the projector of overlay tables repeats. */
  public void tell(LiveRepository repository, String branchId) {
    try {
      converge(repository, branchId);
    } catch (StorageException e) {
      LOG.log(Level.WARNING, e, () -> "Branch " + branchId + " is not known to every database yet");
      repeat(repository, () -> converge(repository, branchId));
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
      repeat(repository, () -> convergeDeleted(repository, deleted));
    }
  }

  /**
   * Tells every database of the branch as it is now; fails if one is away, after it has told the
   * others. Waits for operations on the branch: what they do in the databases is not overwritten.
   * One in doubt tells the databases itself when it is settled.
   */
  public void converge(LiveRepository repository, String branchId) {
    converge(repository, branchId, true);
  }

  /** The same without what branches begin with: rows are not there yet. */
  public void convergeBare(LiveRepository repository, String branchId) {
    converge(repository, branchId, false);
  }

  private void converge(LiveRepository repository, String branchId, boolean begins) {
    ReentrantLock lock = repository.branchLock(branchId);
    lock.lock();
    try {
      for (int i = 0; i < MOST_TRIES; i++) {
        RepositoryState state = repository.state();
        BranchState branch = state.branches().byId().get(branchId);
        if (branch == null
            || branch.operation() != null
            || put(repository, state, branch, begins)) {
          return;
        }
      }
    } finally {
      lock.unlock();
    }
    throw new BusyException(
        "The branches of repository '" + repository.name() + "' are being renamed", "Try again");
  }

  /** Whether it need not be done again with a newer state. */
  private boolean put(
      LiveRepository repository, RepositoryState state, BranchState branch, boolean begins) {
    BranchHandle handle = Backends.handle(state, branch);
    Map<StorageAdapter, Map<String, BranchTable>> parts = new LinkedHashMap<>();
    databases(state, false).forEach(adapter -> parts.put(adapter, new HashMap<>()));
    for (BranchTable table : Backends.tables(state, branch)) {
      if (isEnabled(state, state.tables().byId().get(table.table().id()))) {
        parts.get(backends.adapter(state, table.table())).put(table.table().id(), table);
      }
    }
    boolean[] done = {true};
    each(
        parts.keySet(),
        adapter ->
            done[0] &= put(repository, state, branch, handle, adapter, parts.get(adapter), begins));
    return done[0];
  }

  private boolean put(
      LiveRepository repository,
      RepositoryState state,
      BranchHandle handle,
      StorageAdapter adapter,
      Map<String, BranchTable> tables) {
    Optional<String> holder;
    try {
      holder = adapter.putBranch(handle, tables);
    } catch (StorageException e) {
      // a table may have been removed meanwhile
      RepositoryState now = repository.state();
      if (now.operations().values().stream()
          .anyMatch(operation -> operation.plan() instanceof OperationPlan.RemoveTable)) {
        throw new BusyException("A table is being removed", "Try again", e);
      }
      if (now.tables() != state.tables()) {
        return false;
      }
      throw e;
    }
    holder
        .filter(id -> !repository.state().branches().byId().containsKey(id))
        .ifPresent(id -> adapter.dropBranch(gone(state, id, handle.name())));
    return holder.isEmpty();
  }

  /** Also makes what the branch begins with beside rows, unless it was made. */
  private boolean put(
      LiveRepository repository,
      RepositoryState state,
      BranchState branch,
      BranchHandle handle,
      StorageAdapter adapter,
      Map<String, BranchTable> tables,
      boolean begins) {
    List<String> beginning =
        tables.keySet().stream()
            .map(id -> state.tables().byId().get(id).storage())
            .distinct()
            .filter(storage -> BranchBeginnings.hasOwn(state, branch, storage))
            .toList();
    boolean done = put(repository, state, handle.beginning(!beginning.isEmpty()), adapter, tables);
    if (done && begins && !beginning.isEmpty()) {
      adapter.beginBranch(
          handle,
          tables.keySet().iterator().next(),
          () ->
              beginning.stream().map(storage -> beginnings.steps(state, branch, storage)).toList());
    }
    return done;
  }

  private static BranchHandle gone(RepositoryState state, String id, String name) {
    return new BranchHandle(state.name(), id, name, false);
  }

  /**
   * Makes every database forget a branch that is gone; fails if one is away that has tables of the
   * repository, after it has told the others.
   */
  public void convergeDeleted(LiveRepository repository, BranchDeletedV1 deleted) {
    ReentrantLock lock = repository.branchLock(deleted.branchId());
    lock.lock();
    try {
      RepositoryState state = repository.state();
      if (state.branches().byId().containsKey(deleted.branchId())) {
        return;
      }
      BranchHandle handle = gone(state, deleted.branchId(), deleted.name());
      Set<StorageAdapter> databases = databases(state, false);
      each(databases, adapter -> adapter.dropBranch(handle));
      Set<StorageAdapter> former = databases(state, true);
      former.removeAll(databases);
      for (StorageAdapter adapter : former) {
        try {
          adapter.dropBranch(handle);
        } catch (StorageException e) {
          // nothing of the repository is there any more; whoever takes the name there gets it
          LOG.log(Level.FINE, e, () -> "Branch " + deleted.name() + " was not forgotten");
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes every database forget the branches that the repository does not have; fails if one is
   * away, after it has told the others.
   */
  public void forgetUnknown(LiveRepository repository) {
    each(
        databases(repository.state(), false),
        adapter -> {
          for (String id : adapter.branches(repository.name())) {
            RepositoryState state = repository.state();
            if (!state.branches().byId().containsKey(id)) {
              adapter.dropBranch(gone(state, id, id));
            }
          }
        });
  }

  /**
   * {@link #forgetUnknown}, then {@link #converge} of the default branch.
   *
   * @param every whether of every branch
   */
  public void settle(LiveRepository repository, boolean every) {
    forgetUnknown(repository);
    RepositoryState state = repository.state();
    Set<String> branches =
        every ? state.branches().byId().keySet() : Set.of(state.defaultBranch().id());
    branches.forEach(branch -> converge(repository, branch));
  }

  /** Does all, then fails with what failed first. */
  private static void each(Set<StorageAdapter> databases, Consumer<StorageAdapter> work) {
    StorageException first = null;
    for (StorageAdapter adapter : databases) {
      try {
        work.accept(adapter);
      } catch (StorageException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /**
   * The databases of storages that may be used and have tables of the repository.
   *
   * @param former whether also those whose tables were removed
   */
  private Set<StorageAdapter> databases(RepositoryState state, boolean former) {
    return state.tables().byId().values().stream()
        .filter(table -> former || !table.removed())
        .filter(table -> isEnabled(state, table))
        .map(table -> backends.adapter(state, table))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static boolean isEnabled(RepositoryState state, RegisteredTable table) {
    return state.storages().named(table.storage()).filter(StorageState::enabled).isPresent();
  }
}
