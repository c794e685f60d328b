package dev.epoch.gateway.read;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.branch.BranchRead;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.branch.Materialization;
import dev.epoch.storage.error.StorageException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Copies the tables of branches that clients read a lot, and drops such copies when they are read
 * no more. Looks once a second what is being read; see {@link ReadingHeat} and {@link
 * Materialization#autoMaterialize}.
 */
public final class CopyKeeper implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(CopyKeeper.class.getName());
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
  private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);
  private static final Duration BETWEEN_CLEANUPS = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final VersioningServer server;
  private final Policy policy;
  private final Duration patience;
  private final Map<StorageAdapter, Watched> watched = new HashMap<>();
  private volatile boolean closed;

  /**
   * What is copied unasked.
   *
   * @param mostBytes that such copies may take in a database; 0 makes none
   * @param unread after which one is dropped
   */
  public record Policy(long mostBytes, Duration unread) {}

  /** A database, in {@link System#nanoTime}. */
  private static final class Watched {
    private final ReadingHeat<BranchRead> heat = new ReadingHeat<>();
    private long nextLook = System.nanoTime();
    private long nextCleanup = System.nanoTime();
  }

  public CopyKeeper(VersioningServer server, Policy policy) {
    this(server, policy, PATIENCE);
  }

  /**
   * @param patience how long a copy waits, at most, for those who read the table at that moment
   */
  public CopyKeeper(VersioningServer server, Policy policy, Duration patience) {
    this.server = server;
    this.policy = policy;
    this.patience = patience;
  }

  /** Looks from now on, on a thread of its own. */
  public void start() {
    if (policy.mostBytes() > 0) {
      Thread.ofVirtual().name("copy-keeper").start(this::run);
    }
  }

  private void run() {
    while (!closed) {
      look();
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  /** Looks at each database once. */
  public void look() {
    Set<StorageAdapter> databases = databases();
    watched.keySet().retainAll(databases);
    for (StorageAdapter database : databases) {
      Watched state = watched.computeIfAbsent(database, _ -> new Watched());
      long now = System.nanoTime();
      if (closed || now - state.nextLook < 0) {
        continue;
      }
      try {
        Materialization copies = database.materialization().orElse(null);
        if (copies == null) {
          continue;
        }
        List<BranchRead> uncopied = copies.reads().stream().filter(read -> !read.copied()).toList();
        for (BranchRead hot : state.heat.look(uncopied)) {
          copy(copies, hot);
        }
        if (now - state.nextCleanup >= 0) {
          state.nextCleanup = now + BETWEEN_CLEANUPS.toNanos();
          copies.dropIdle(policy.unread());
        }
      } catch (RuntimeException failure) {
        // it costs nobody more than speed
        state.nextLook = now + AFTER_FAILURE.toNanos();
        LOG.log(
            failure instanceof StorageException ? Level.FINE : Level.WARNING,
            "Branches that are read a lot are not copied for a minute",
            failure);
      }
    }
  }

  private Set<StorageAdapter> databases() {
    Set<StorageAdapter> databases = new LinkedHashSet<>();
    for (LiveRepository repository : server.repositories().owned()) {
      for (StorageState storage : repository.state().storages().byName().values()) {
        if (storage.enabled() && server.backends().adapters().readable(storage)) {
          databases.add(server.backends().adapters().adapter(storage));
        }
      }
    }
    return databases;
  }

  private void copy(Materialization database, BranchRead hot) {
    Optional<LiveRepository> repository =
        server.repositories().owned().stream()
            .filter(candidate -> candidate.name().equals(hot.repository()))
            .findFirst();
    if (repository.isEmpty()) {
      return;
    }
    RepositoryState state = repository.get().state();
    BranchState branch = state.branches().byId().get(hot.branchId());
    if (branch == null) {
      return;
    }
    for (BranchTable table : Backends.tables(state, branch)) {
      if (table.table().id().equals(hot.tableId())) {
        database
            .autoMaterialize(
                Backends.handle(state, branch), table.table(), policy.mostBytes(), patience)
            .ifPresent(copy ->
                LOG.info(
                    "Materialized %s on branch %s of %s, which is read a lot: %d KB"
                        .formatted(
                            table.table().name(),
                            branch.name(),
                            state.name(),
                            copy.bytes() / 1024)));
      }
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
