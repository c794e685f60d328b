package dev.epoch.gateway.table;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.CaptureOffException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.state.CommittedContent;
import dev.epoch.storage.state.PendingChanges;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** Tables whose changes may not have been captured, and looking for what came meanwhile. */
public final class CaptureService {
  /** For as long as this, databases are not asked again for {@link #seen}. */
  private static final Duration FRESH = Duration.ofSeconds(30);

  private final Backends backends;
  private FutureTask<List<Uncaptured>> look;
  private long lookedAt;
  private volatile List<Uncaptured> seen = List.of();

  public CaptureService(Backends backends) {
    this.backends = backends;
  }

  /**
   * A table on a branch.
   *
   * @param problem why its changes may not have been captured
   * @param remedy what to do
   */
  public record Uncaptured(
      String repository, String table, String branch, String problem, String remedy) {}

  /** Those of a repository, of all its branches. */
  public List<Uncaptured> uncaptured(RepositoryState state) {
    List<Uncaptured> found = new ArrayList<>();
    state.tables().byId().values().stream()
        .filter(table -> !table.removed())
        .map(RegisteredTable::storage)
        .distinct()
        .map(name -> state.storages().byName().get(name))
        .forEach(storage -> found.addAll(uncaptured(state, storage)));
    return found;
  }

  private List<Uncaptured> uncaptured(RepositoryState state, StorageState storage) {
    StorageAdapter adapter = backends.adapters().adapter(storage);
    return adapter.uncaptured(state.name()).stream()
        .flatMap(found -> {
          RegisteredTable table = state.tables().byId().get(found.tableId());
          BranchState branch = state.branches().byId().get(found.branchId());
          return table == null || branch == null || table.removed()
              ? Stream.empty()
              : Stream.of(
                  new Uncaptured(
                      state.name(),
                      table.name(),
                      branch.name(),
                      found.problem(),
                      CaptureOffException.remedy(
                          table.name(), branch.name(), state.isDefault(branch))));
        })
        .toList();
  }

  /** Those of a branch. */
  public List<Uncaptured> uncaptured(RepositoryState state, BranchState branch) {
    return uncaptured(state).stream()
        .filter(table -> table.branch().equals(branch.name()))
        .toList();
  }

  /**
   * Those of some repositories, as half a minute ago at most if their databases answer in time,
   * else as last seen.
   */
  public List<Uncaptured> seen(Collection<LiveRepository> repositories, Duration patience) {
    FutureTask<List<Uncaptured>> task;
    synchronized (this) {
      long now = System.nanoTime();
      if (look == null || look.isDone() && now - lookedAt > FRESH.toNanos()) {
        look = new FutureTask<>(() -> look(repositories));
        lookedAt = now;
        Thread.ofVirtual().start(look);
      }
      task = look;
    }
    try {
      seen = task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException late) {
      return seen;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return seen;
  }

  private List<Uncaptured> look(Collection<LiveRepository> repositories) {
    List<Uncaptured> found = new ArrayList<>();
    for (LiveRepository repository : repositories) {
      try {
        found.addAll(uncaptured(repository.state()));
      } catch (StorageException away) {
        // whether databases answer is told elsewhere
      }
    }
    return found;
  }

  /**
   * Captures a table's changes again, and, as uncommitted ones, those that were not captured.
   *
   * @return what is not committed then
   */
  public PendingChanges rescan(LiveRepository repository, String table, String branchName) {
    BranchState named = References.branch(repository.state(), branchName);
    ReentrantLock lock = repository.branchLock(named.id());
    lock.lock();
    try {
      RepositoryState state = repository.state();
      BranchState branch = state.branches().byId().get(named.id());
      TableService.get(state, table);
      BranchTable target =
          Backends.tables(state, branch).stream()
              .filter(candidate -> candidate.table().name().equals(table))
              .findFirst()
              .orElseThrow(() -> WorkingSetService.tableNotFound(table, branch));
      StorageAdapter adapter = backends.adapter(state, target.table());
      BranchHandle handle = Backends.handle(state, branch);
      CommittedContent content = Backends.content(state, branch, target);
      adapter.verify(handle, List.of(target), _ -> content);
      adapter.rescan(handle, target, content.hash());
      return Optional.ofNullable(adapter.pending(handle, List.of(target)).get(target.table().id()))
          .orElse(new PendingChanges(0, 0, 0));
    } finally {
      synchronized (this) {
        look = null;
      }
      lock.unlock();
    }
  }
}
